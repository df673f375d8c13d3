/** A new job as the dialog has it, and what it asks of the server. */
import type { JobAction, JobWish, Then, Until } from '../api/jobs';
import { utcOf } from './when';

/** A name and its text; a row without either is none. */
export interface Row {
  name: string;
  text: string;
}

export interface JobDraft {
  name: string;
  action: JobAction;
  record: string;
  place: 'location' | 'pcs';
  location: number | null;
  pcs: number[];
  timed: boolean;
  /** Of the browser's clock, "2026-02-10T09:30". */
  at: string;
  until: Until;
  then: Then;
  parameters: Row[];
  secrets: Row[];
  /** Emptied fields: the server's own. Spans are minutes here. */
  at_once: number | undefined;
  spread: number | undefined;
  patience: number | undefined;
  longest: number | undefined;
  wake: boolean;
  interrupt: boolean;
}

/** With what the server would take for what is not said. */
export function emptyJob(): JobDraft {
  return {
    ...{ name: '', action: 'boot', record: '', place: 'location', location: null, pcs: [], timed: false, at: '' },
    ...{ until: 'finished', then: 'leave', parameters: [], secrets: [] },
    ...{ at_once: 10, spread: 0, patience: 10, longest: 120, wake: true, interrupt: false },
  };
}

const filled = (rows: readonly Row[]) =>
  rows.map(({ name, text }) => ({ name: name.trim(), text })).filter(({ name, text }) => name || text);
const textsOf = (rows: readonly Row[]) => Object.fromEntries(filled(rows).map(({ name, text }) => [name, text]));
const spanOf = <Name extends string>(name: Name, minutes: number | null | undefined) =>
  (typeof minutes === 'number' ? { [name]: minutes * 60 } : {}) as Partial<Record<Name, number>>;

export function wishOf(draft: JobDraft): JobWish {
  const { name, action, record, until, then, wake, interrupt } = draft;
  return {
    ...{ name: name.trim(), action, wake, interrupt },
    at: draft.timed ? utcOf(draft.at) : null,
    ...(draft.place === 'pcs' ? { pcs: [...draft.pcs] } : draft.location ? { location: draft.location } : {}),
    ...(typeof draft.at_once === 'number' ? { at_once: draft.at_once } : {}),
    ...spanOf('spread', draft.spread),
    ...spanOf('patience', draft.patience),
    ...(action === 'boot' && {
      ...{ record, until, then, parameters: textsOf(draft.parameters), secrets: textsOf(draft.secrets) },
      ...spanOf('longest', draft.longest),
    }),
  };
}

export interface JobFault {
  field: 'record' | 'location' | 'pcs' | 'at' | 'parameters' | 'secrets';
  fault: 'record' | 'location' | 'pcs' | 'at' | 'rowName' | 'rowTwice';
}

/** What is plainly missing, or what the server could not see; null: it is worth asking. */
export function faultOf(draft: JobDraft): JobFault | null {
  const boots = draft.action === 'boot';
  if (boots && !draft.record) return { field: 'record', fault: 'record' };
  if (draft.place === 'location' && !draft.location) return { field: 'location', fault: 'location' };
  if (draft.place === 'pcs' && !draft.pcs.length) return { field: 'pcs', fault: 'pcs' };
  if (draft.timed && utcOf(draft.at) === null) return { field: 'at', fault: 'at' };
  for (const field of boots ? (['parameters', 'secrets'] as const) : []) {
    const names = filled(draft[field]).map(({ name }) => name);
    if (names.includes('')) return { field, fault: 'rowName' };
    if (new Set(names).size < names.length) return { field, fault: 'rowTwice' };
  }
  return null;
}

/** The field of the dialog that an error is about, or null where it has none. */
export function fieldOf(code: string, field: string | null): string | null {
  if (code === 'pc-unknown' || code === 'not-enrolled') return 'pcs';
  return field?.split('.')[0] ?? null;
}
