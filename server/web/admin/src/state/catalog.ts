import { reactive, readonly, shallowRef, toRaw } from 'vue';
import type { Entry, EntryDraft, PublishedRecord } from '../api/types';
import { Collection } from './collection';
import { client } from './session';

export const entries = new Collection<Entry, EntryDraft>(client, 'entries', 'entries');
const records = shallowRef<readonly PublishedRecord[]>([]);
const loaded = shallowRef(false);

/** All entries in their order, and all published records, as last heard from the server. */
export const catalog = readonly(reactive({ entries: entries.list, records, loaded }));

export async function loadCatalog(): Promise<void> {
  const [published] = await Promise.all([
    client.request<{ records: PublishedRecord[] }>('GET', 'records'),
    entries.load(),
  ]);
  records.value = published.data.records;
  loaded.value = true;
}

export async function showEntry(id: number, visible: boolean): Promise<void> {
  const { thing, etag } = await entries.fetch(id);
  await entries.change(id, { ...draftOf(thing), visible }, etag);
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
