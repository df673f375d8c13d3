/** How fast something goes, as pure functions of what was seen of it. */

/** Of what came in so many seconds the rate is made: a pause is forgotten soon. */
const windowSeconds = 15;

export class Pace {
  private readonly seen: { seconds: number; bytes: number }[] = [];

  /** At this moment so many bytes are done. */
  add(seconds: number, bytes: number): void {
    this.seen.push({ seconds, bytes });
    while (this.seen.length > 2 && seconds - (this.seen[0]?.seconds ?? 0) > windowSeconds) this.seen.shift();
  }

  /** Bytes a second; 0: not known. */
  get rate(): number {
    const first = this.seen[0];
    const last = this.seen.at(-1);
    if (!first || !last || last.seconds <= first.seconds) return 0;
    return Math.max(0, (last.bytes - first.bytes) / (last.seconds - first.seconds));
  }

  /** Seconds until all of `total` is done; null: nobody knows. */
  left(total: number): number | null {
    const last = this.seen.at(-1);
    return last && this.rate > 0 ? Math.ceil((total - last.bytes) / this.rate) : null;
  }
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** "1.5 GB": decimal units, as the command line has them. */
export function bytesText(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; ++unit) value /= 1000;
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

/** "2:05" or "1:02:05". */
export function durationText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two(Math.floor(seconds % 60));
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
