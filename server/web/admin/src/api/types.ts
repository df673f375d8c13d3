/** The shapes of docs/http-api.md, version 1. */
import type { IconName } from '../../../shared/icon-names';
import type { Localized } from '../../../shared/localized';

export interface Session {
  user: string;
  /** Sent along with every change, as X-Farboot-Csrf. */
  csrf: string;
}

export type EntryKind = 'system' | 'vm';

/** What an admin decides of an entry. */
export interface EntryDraft {
  kind: EntryKind;
  /** `type/series` */
  record: string;
  title: Localized;
  description: Localized;
  icon: IconName;
  visible: boolean;
  /** Boots by itself after so many seconds; null: not. */
  auto_seconds: number | null;
}

export interface Entry extends EntryDraft {
  id: number;
  position: number;
}

export interface PublishedRecord {
  type: string;
  series: string;
  number: number;
  title: string;
  /** RFC 3339 */
  published: string;
}

export interface Named {
  name: Localized;
}

/** What an admin decides of a location. */
export interface LocationDraft extends Named {
  /** What it is inside of; null for a root. */
  parent: number | null;
  subnets: string[];
  macs: string[];
  uuids: string[];
}

export interface Location extends LocationDraft {
  id: number;
  etag?: string;
}

export interface HardwareDraft extends Named {
  vendor: string;
  product: string;
  memory_mib: { min: number | null; max: number | null };
  cpu_flags: string[];
}

export interface HardwareClass extends HardwareDraft {
  id: number;
  etag?: string;
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** `from` and `to` are "08:00"; `to` may be "24:00". */
export interface WeeklyWindow {
  days: Weekday[];
  from: string;
  to: string;
}

/** Moments of a local clock, "2026-02-10T08:30". */
export interface Period {
  from: string;
  to: string;
}

export interface Times {
  zone: string;
  weekly: WeeklyWindow[];
  /** Days, "2026-04-01", both included. */
  dates: { from: string | null; to: string | null } | null;
  once: Period[];
}

/** What an admin decides of a rule. */
export interface RuleDraft extends Named {
  enabled: boolean;
  exam: boolean;
  location: number | null;
  hardware: number[];
  users: string[];
  groups: string[];
  time: Times | null;
  only: number[] | null;
  show: number[];
  hide: number[];
  default: number | null;
  /** `id` null: nothing boots by itself. */
  auto: { id: number | null; seconds?: number } | null;
}

export interface Rule extends RuleDraft {
  id: number;
  position: number;
  etag?: string;
}

export type Cause = 'unpublished' | 'audience' | 'rule-show' | 'rule-hide' | 'rule-only' | 'own';
export type Missing = 'enabled' | 'hardware' | 'user' | 'group' | 'zone' | 'time';

export interface Match {
  location: number;
  sign: 'uuid' | 'mac' | 'subnet';
  prefix?: number;
}

/** What a PC shows, and why. Sentences are English. */
export interface Explanation {
  time: string;
  place: { match: Match | null; others: Match[]; path: { id: number; name: Localized }[]; sentence: string };
  hardware: { id: number; name: Localized }[];
  entries: { id: number; title: Localized; shown: boolean; cause: Cause; rule: number | null; sentence: string }[];
  auto: { id: number | null; seconds: number | null; rule: number | null; sentence: string };
  default: { id: number | null; rule: number | null; sentence: string };
  rules: { id: number; name: Localized; holds: boolean; missing: Missing | null; sentence: string }[];
}
