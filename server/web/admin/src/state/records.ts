import type { Language } from '../../../shared/localized';
import type { EntryDraft, EntryKind, Offering, PublishedRecord } from '../api/types';

/** The record types that an entry may show, and the kind of entry each makes. */
const kinds: Record<string, EntryKind> = { boot: 'system', vm: 'vm', tool: 'tool' };

/** What a PC can do besides starting a system, as entries name it. */
export const tools = ['tool/reboot', 'tool/power-off', 'tool/firmware-setup', 'tool/local-disk'] as const;
export type Tool = (typeof tools)[number];
export const isTool = (record: string): record is Tool => tools.some((tool) => tool === record);

export const nameOf = (record: PublishedRecord) => `${record.type}/${record.series}`;
export const kindOf = (record: string): EntryKind => kinds[record.split('/')[0] ?? ''] ?? 'system';

/** What each series that an entry may show offers, or else its newest record, by name. */
export function choosable(records: readonly PublishedRecord[]): PublishedRecord[] {
  const newest = new Map<string, PublishedRecord>();
  for (const record of records) {
    if (!(record.type in kinds)) continue;
    const known = newest.get(nameOf(record));
    if (!known || record.current || (!known.current && known.number < record.number)) newest.set(nameOf(record), record);
  }
  return [...newest.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/** A new entry, not for show yet. */
export function emptyDraft(): EntryDraft {
  return {
    kind: 'system',
    record: '',
    title: { de: '', en: '' },
    description: { de: '', en: '' },
    icon: 'desktop',
    visible: true,
    auto_seconds: null,
    tags: [],
    group: { de: '', en: '' },
  };
}

/** An offering of nothing special. */
export function plainOffering(): Offering {
  const amount = () => ({ min: null, wanted: null, percent: null });
  return {
    ...{ version: null, memory_mib: amount(), cpus: amount(), network: 'user', sound: true, usb: false },
    ...{ clipboard: true, home: 'none', exam: false, script: null },
  };
}

/** The draft after a tool was chosen, which `title` names. */
export function withTool(draft: EntryDraft, tool: Tool, title: { de: string; en: string }): EntryDraft {
  const next = { ...draft, record: tool, kind: 'tool' as const, icon: 'tool' as const };
  delete next.offering;
  return { ...next, title: draft.title.en ? draft.title : title };
}

/** The draft after another record was chosen: its kind follows, and an untouched icon and title are proposed. */
export function withRecord(draft: EntryDraft, record: PublishedRecord): EntryDraft {
  const kind = kindOf(nameOf(record));
  const untouchedIcon = draft.icon === 'desktop' || draft.icon === 'vm' || draft.kind === 'tool';
  const { offering, ...rest } = draft;
  return {
    ...rest,
    // Another machine has other versions, and may need other amounts.
    ...(kind === 'vm' ? { offering: offering && draft.record === nameOf(record) ? offering : plainOffering() } : {}),
    record: nameOf(record),
    kind,
    title: draft.title.en ? draft.title : { ...draft.title, en: record.title },
    icon: untouchedIcon ? (kind === 'vm' ? 'vm' : 'desktop') : draft.icon,
    auto_seconds: kind === 'vm' ? null : draft.auto_seconds,
  };
}

/** The catalog's limits, in characters. */
export const maxLength = { title: 200, description: 1000, group: 100 } as const;
export type EntryText = keyof typeof maxLength;
export type DraftFault = 'record' | `${EntryText}.${Language}` | 'auto_seconds';

// eslint-disable-next-line no-control-regex -- exactly these are what the catalog refuses
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** The members of a draft that the server would refuse. */
export function faultsOf(draft: EntryDraft): DraftFault[] {
  const faults: DraftFault[] = [];
  const wrong = (text = '', max: number) => [...text].length > max || control.test(text);
  if (!draft.record) faults.push('record');
  if (!draft.title.en?.trim() || wrong(draft.title.en, maxLength.title)) faults.push('title.en');
  if (wrong(draft.title.de, maxLength.title)) faults.push('title.de');
  if (wrong(draft.description.en, maxLength.description)) faults.push('description.en');
  if (wrong(draft.description.de, maxLength.description)) faults.push('description.de');
  if (wrong(draft.group.en, maxLength.group)) faults.push('group.en');
  if (wrong(draft.group.de, maxLength.group)) faults.push('group.de');
  if (draft.auto_seconds !== null && !(Number.isInteger(draft.auto_seconds) && draft.auto_seconds >= 0)) {
    faults.push('auto_seconds');
  }
  return faults;
}
