/** PCs as the server knows them: a page of them, those that wait to be confirmed, and one of them in detail. */
import { shallowRef, ref } from 'vue';
import type { Client } from '../api/client';
import type { Pc, PcAction, PcBoot, PcCommand, PcState } from '../api/types';

export interface PcFilter {
  state: PcState | '';
  waiting: boolean;
}

export interface PcDetail {
  pc: Pc;
  boots: PcBoot[];
  commands: PcCommand[];
}

interface PcPage {
  pcs: Pc[];
  next: number | null;
}

export const pageSize = 50;

/** The path of a page of PCs: those after this number that the filter leaves. */
export function pagePath({ state, waiting }: PcFilter, after: number): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  if (after) query.set('after', String(after));
  if (state) query.set('state', state);
  if (waiting) query.set('key', 'waiting');
  return `pcs?${query}`;
}

export class Pcs {
  readonly list = shallowRef<readonly Pc[]>([]);
  /** Those with a key to confirm, whatever the filter; the first `pageSize` of them. */
  readonly waiting = shallowRef<readonly Pc[]>([]);
  readonly loaded = shallowRef(false);
  readonly next = shallowRef<number | null>(null);
  /** What each page up to the shown one comes after. */
  readonly pages = ref<number[]>([0]);
  readonly filter = ref<PcFilter>({ state: '', waiting: false });
  private asked = 0;

  constructor(private readonly client: Pick<Client, 'request'>) {}

  /** Loads the shown page again. An answer that a later question has overtaken is dropped. */
  async load(): Promise<void> {
    const turn = ++this.asked;
    const [page, waiting] = await Promise.all([
      this.page(this.filter.value, this.pages.value.at(-1) ?? 0),
      this.page({ state: '', waiting: true }, 0),
    ]);
    if (turn !== this.asked) return;
    if (!page.pcs.length && this.pages.value.length > 1) return this.back(); // all on it were forgotten
    this.list.value = page.pcs;
    this.next.value = page.next;
    this.waiting.value = waiting.pcs;
    this.loaded.value = true;
  }

  /** Shows the first page of what another filter leaves. */
  async show(filter: PcFilter): Promise<void> {
    this.filter.value = filter;
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

  async detail(id: number): Promise<PcDetail> {
    const [pc, boots, commands] = await Promise.all([
      this.client.request<Pc>('GET', `pcs/${id}`),
      this.client.request<{ boots: PcBoot[] }>('GET', `pcs/${id}/boots`),
      this.client.request<{ commands: PcCommand[] }>('GET', `pcs/${id}/commands`),
    ]);
    return { pc: pc.data, boots: boots.data.boots, commands: commands.data.commands };
  }

  /** Confirms the key with this code: that which the person has compared, whatever the PC shows by now. */
  async confirm(id: number, code: string): Promise<void> {
    await this.client.request('POST', `pcs/${id}/enrolment`, { body: { code } });
  }

  async unconfirm(id: number): Promise<void> {
    await this.client.request('DELETE', `pcs/${id}/enrolment`);
  }

  async rename({ id, etag }: Pc, name: string): Promise<void> {
    await this.client.request('PUT', `pcs/${id}`, { body: { name }, ifMatch: etag });
  }

  async forget({ id, etag }: Pc): Promise<void> {
    await this.client.request('DELETE', `pcs/${id}`, { ifMatch: etag });
  }

  async command(id: number, action: PcAction, record?: string): Promise<void> {
    await this.client.request('POST', `pcs/${id}/commands`, { body: record ? { action, record } : { action } });
  }

  /** All whose key was confirmed, whatever is shown. */
  async enrolled(): Promise<Pc[]> {
    const found: Pc[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const { data }: { data: PcPage } = await this.client.request<PcPage>('GET', `pcs?limit=500&after=${after}`);
      found.push(...data.pcs.filter(({ key }) => key));
      after = data.next;
    }
    return found;
  }

  private async page(filter: PcFilter, after: number): Promise<PcPage> {
    return (await this.client.request<PcPage>('GET', pagePath(filter, after))).data;
  }
}
