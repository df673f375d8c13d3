const space = 'http://www.w3.org/2000/svg';
const quiet = 4; // squares around it, by the standard

/** A QR code as a drawing: one path of dark squares on white. */
export function qrCode(rows: readonly string[], label: string): SVGSVGElement {
  const size = rows.length + 2 * quiet;
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const ground = document.createElementNS(space, 'rect');
  ground.setAttribute('width', String(size));
  ground.setAttribute('height', String(size));
  ground.setAttribute('fill', '#fff');
  const path = document.createElementNS(space, 'path');
  const squares = rows.flatMap((row, y) => [...row].map((cell, x) => (cell === '1' ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '')));
  path.setAttribute('d', squares.join(''));
  path.setAttribute('fill', '#000');
  path.setAttribute('shape-rendering', 'crispEdges');
  svg.append(ground, path);
  return svg;
}
