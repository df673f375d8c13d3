/** Moving through the list by keyboard, as pure functions. */

/** The index that a key leads to in a list of `count` entries laid out in `columns`; null when the key moves nothing. */
export function moved(key: string, index: number, count: number, columns: number): number | null {
  if (count === 0) return null;
  const clamp = (to: number) => (to < 0 || to >= count ? index : to);
  switch (key) {
    case 'ArrowDown':
      return clamp(index + columns);
    case 'ArrowUp':
      return clamp(index - columns);
    case 'ArrowRight':
      return columns > 1 ? clamp(index + 1) : index;
    case 'ArrowLeft':
      return columns > 1 ? clamp(index - 1) : index;
    case 'PageDown':
      return Math.min(count - 1, index + 4 * columns);
    case 'PageUp':
      return Math.max(0, index - 4 * columns);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

export interface Findable {
  title: string;
  /** Other words to find it by. */
  tags: readonly string[];
}

/** Collects typed letters: those that follow each other within a second belong to one word. */
export class Typeahead {
  private typed = '';
  private last = -Infinity;

  /**
   * The index of the entry that the letters typed so far lead to, or null: one whose title begins with them, or else
   * one that has another word which does. A new word is looked for after the current entry, so that one letter again
   * and again goes round all that begin with it.
   */
  find(letter: string, entries: readonly Findable[], index: number, now: number): number | null {
    const fresh = now - this.last > 1000;
    this.last = now;
    const repeated = !fresh && this.typed === letter.toLowerCase();
    this.typed = fresh || repeated ? letter.toLowerCase() : this.typed + letter.toLowerCase();
    const start = this.typed.length === 1 ? index + 1 : index;
    const begins = (word: string) => word.toLowerCase().startsWith(this.typed);
    const order = entries.map((_, offset) => (start + offset) % entries.length);
    const found = (matches: (entry: Findable) => boolean) => order.find((at) => entries[at] && matches(entries[at]));
    return found(({ title }) => begins(title)) ?? found(({ tags }) => tags.some(begins)) ?? null;
  }
}
