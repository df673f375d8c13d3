/** A long list that comes in pages, each from a cursor that the one before names. */
import { ref, shallowRef } from 'vue';

export interface Page<Thing> {
  things: readonly Thing[];
  /** The cursor of the page after it; null: it is the last. */
  next: number | null;
}

export class Pages<Thing> {
  readonly list = shallowRef<readonly Thing[]>([]);
  readonly loaded = shallowRef(false);
  readonly next = shallowRef<number | null>(null);
  /** The cursor of each page up to the shown one; the first has none, 0. */
  readonly pages = ref<number[]>([0]);
  private asked = 0;

  constructor(private readonly ask: (cursor: number) => Promise<Page<Thing>>) {}

  /** Loads the shown page again. An answer that a later question has overtaken is dropped. */
  async load(): Promise<void> {
    const turn = ++this.asked;
    const { things, next } = await this.ask(this.pages.value.at(-1) ?? 0);
    if (turn !== this.asked) return;
    // All on it are gone.
    if (!things.length && next === null && this.pages.value.length > 1) return this.back();
    this.list.value = things;
    this.next.value = next;
    this.loaded.value = true;
  }

  async first(): Promise<void> {
    this.pages.value = [0];
    await this.load();
  }

  async forward(): Promise<void> {
    if (this.next.value === null) return;
    this.pages.value.push(this.next.value);
    await this.load();
  }

  async back(): Promise<void> {
    if (this.pages.value.length > 1) this.pages.value.pop();
    await this.load();
  }
}
