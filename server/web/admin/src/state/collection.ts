import { shallowRef } from 'vue';
import { ApiError } from '../api/errors';
import type { Client } from '../api/client';
import { movedBy } from './order';

/** Things of one kind under /api/v1/ that are listed, made, changed with If-Match, and deleted. */
export class Collection<Thing extends { id: number; etag?: string }, Draft> {
  /** As last heard from the server. */
  readonly list = shallowRef<readonly Thing[]>([]);
  readonly loaded = shallowRef(false);

  constructor(
    private readonly client: Pick<Client, 'request'>,
    private readonly path: string,
    /** The member that has the list. */
    private readonly member: string,
  ) {}

  async load(): Promise<void> {
    const { data } = await this.client.request<Record<string, Thing[]>>('GET', this.path);
    this.list.value = data[this.member] ?? [];
    this.loaded.value = true;
  }

  find(id: number | null): Thing | undefined {
    return this.list.value.find((thing) => thing.id === id);
  }

  /** One as it is now, with the version that a change has to name. */
  async fetch(id: number): Promise<{ thing: Thing; etag: string }> {
    const { data, etag } = await this.client.request<Thing>('GET', `${this.path}/${id}`);
    if (!etag) throw new ApiError(200, 'no-etag', 'The server did not say which version this is.');
    return { thing: data, etag };
  }

  async add(draft: Draft): Promise<void> {
    await this.client.request('POST', this.path, { body: draft });
    await this.load();
  }

  async change(id: number, draft: Draft, etag: string): Promise<void> {
    await this.client.request('PUT', `${this.path}/${id}`, { body: draft, ifMatch: etag });
    await this.load();
  }

  /** Deletes it as it is on the screen: whoever has changed it since is not overruled. */
  async remove(thing: Thing): Promise<void> {
    await this.client.request('DELETE', `${this.path}/${thing.id}`, { ifMatch: thing.etag ?? '' });
    await this.load();
  }

  /** Moves it up (-1) or down (1), at once on the screen; throws, with the server's order, where it was refused. */
  async move(thing: Thing, step: number): Promise<void> {
    const list = this.list.value;
    const moved = movedBy(list, list.findIndex(({ id }) => id === thing.id), step);
    if (moved === list) return;
    this.list.value = moved;
    try {
      await this.client.request('PUT', `${this.path}/order`, { body: { ids: moved.map(({ id }) => id) } });
    } catch (error) {
      await this.load();
      throw error;
    }
  }
}
