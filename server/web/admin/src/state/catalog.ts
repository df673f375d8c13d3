import { reactive, readonly, toRaw } from 'vue';
import { ApiError } from '../api/errors';
import type { Entry, EntryDraft, PublishedRecord } from '../api/types';
import { movedBy } from './order';
import { client } from './session';

const state = reactive({ entries: [] as Entry[], records: [] as PublishedRecord[], loaded: false });

/** All entries in their order, and all published records, as last heard from the server. */
export const catalog = readonly(state);

export async function loadCatalog(): Promise<void> {
  const [entries, records] = await Promise.all([
    client.request<{ entries: Entry[] }>('GET', 'entries'),
    client.request<{ records: PublishedRecord[] }>('GET', 'records'),
  ]);
  state.entries = entries.data.entries;
  state.records = records.data.records;
  state.loaded = true;
}

/** An entry as it is now, with the version that a change has to name. */
export async function fetchEntry(id: number): Promise<{ entry: Entry; etag: string }> {
  const { data, etag } = await client.request<Entry>('GET', `entries/${id}`);
  if (!etag) throw new ApiError(200, 'no-etag', 'The server did not say which version of the entry this is.');
  return { entry: data, etag };
}

export async function addEntry(draft: EntryDraft): Promise<void> {
  await client.request('POST', 'entries', { body: draft });
  await loadCatalog();
}

export async function changeEntry(id: number, draft: EntryDraft, etag: string): Promise<void> {
  await client.request('PUT', `entries/${id}`, { body: draft, ifMatch: etag });
  await loadCatalog();
}

export async function showEntry(id: number, visible: boolean): Promise<void> {
  const { entry, etag } = await fetchEntry(id);
  await changeEntry(id, { ...draftOf(entry), visible }, etag);
}

export async function deleteEntry(id: number): Promise<void> {
  const { etag } = await fetchEntry(id);
  await client.request('DELETE', `entries/${id}`, { ifMatch: etag });
  await loadCatalog();
}

/** Moves an entry up (-1) or down (1), at once on the screen; throws, with the server's order, where it was refused. */
export async function moveEntry(id: number, step: number): Promise<void> {
  const index = state.entries.findIndex((entry) => entry.id === id);
  const moved = movedBy(state.entries, index, step);
  if (moved === state.entries) return;
  state.entries = [...moved];
  try {
    await client.request('PUT', 'entries/order', { body: { ids: moved.map((entry) => entry.id) } });
  } catch (error) {
    await loadCatalog();
    throw error;
  }
}

/** What an admin decides of an entry, without what the server adds. */
export function draftOf(entry: EntryDraft): EntryDraft {
  const { kind, record, title, description, icon, visible, auto_seconds, offering, tags, group } = entry;
  return {
    ...{ kind, record, title: { ...title }, description: { ...description }, icon, visible, auto_seconds },
    ...(offering ? { offering: structuredClone(toRaw(offering)) } : {}),
    tags: [...tags],
    group: { ...group },
  };
}
