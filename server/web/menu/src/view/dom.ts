type Child = Node | string;
type Attributes = Record<string, string | number | boolean | undefined>;

/** Makes an element. An attribute that is false or undefined is left out, true is set empty. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** A drawing of the bundle (never text from outside) as an element that assistive technology passes over. */
export function drawing(source: string, name = ''): HTMLElement {
  const holder = make('span', { class: name ? `icon icon-${name}` : 'icon', 'aria-hidden': 'true' });
  holder.innerHTML = source;
  return holder;
}

/** Sets a text only when it changes, so that nothing is painted or read aloud again for nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
