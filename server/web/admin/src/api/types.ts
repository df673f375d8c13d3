/** The shapes of docs/http-api.md, version 1. */
import type { IconName } from '../../../shared/icon-names';
import type { Localized } from '../../../shared/localized';
import type { Grant, Right } from '../state/rights';

export interface Session {
  user: string;
  /** Sent along with every change, as X-Farboot-Csrf. */
  csrf: string;
  rights: Grant[];
  /** The password is kept by this server, and can be changed here. */
  own_password: boolean;
}

export type EntryKind = 'system' | 'vm' | 'tool';

/** What an admin decides of an entry. */
export interface EntryDraft {
  kind: EntryKind;
  /** `type/series`; of a tool `tool/` and which. */
  record: string;
  title: Localized;
  description: Localized;
  icon: IconName;
  visible: boolean;
  /** Boots by itself after so many seconds; null: not. */
  auto_seconds: number | null;
  /** Of a virtual machine. */
  offering?: Offering;
  /** Other words to find it by. */
  tags: string[];
  /** A heading that it stands under with others; without `en`: none. */
  group: Localized;
}

/** How much of something a virtual machine is to have; null: the record's, or the PC's, matter. */
export interface Amount {
  min: number | null;
  wanted: number | null;
  /** Of what the PC has, instead of `wanted`. */
  percent: number | null;
}

/** How an entry offers a virtual machine. */
export type Offering = Omit<Required<NonNullable<Schemas['Offering']>>, 'memory_mib' | 'cpus' | 'script'> & {
  memory_mib: Amount;
  cpus: Amount;
  /** For the guest to run, if its record takes scripts. */
  script: Script | null;
};

export const interpreters = ['sh', 'powershell', 'cmd'] as const satisfies readonly Script['interpreter'][];

export type Script = Required<NonNullable<NonNullable<Schemas['Offering']>['script']>>;

export interface Entry extends EntryDraft {
  id: number;
  position: number;
}

export interface PublishedRecord {
  type: string;
  series: string;
  number: number;
  title: string;
  state: VersionState;
  /** What its series offers. */
  current: boolean;
  /** RFC 3339 */
  published: string;
}

export type VersionState = 'draft' | 'published' | 'retired' | 'revoked';

export type Version = Omit<PublishedRecord, 'type' | 'series'>;

/** A record over time. */
export interface SeriesVersions {
  type: string;
  series: string;
  /** The version that is offered; null: none. */
  current: number | null;
  /** An admin's floor. */
  lowest: number | null;
  /** Below which PCs take none. */
  floor: number | null;
  etag: string;
  /** Newest first. */
  versions: Version[];
}

export interface Named {
  name: Localized | string;
}

/** What an admin decides of a location. */
export interface LocationDraft extends Named {
  name: Localized;
  /** What it is inside of; null for a root. */
  parent: number | null;
  subnets: string[];
  macs: string[];
  uuids: string[];
  /** Whose restricted images the enrolled PCs in it, and below it, may read. */
  audiences: string[];
  /** Of the systems that its PCs boot; what is missing is inherited. */
  settings: Record<string, unknown>;
}

export interface Location extends LocationDraft {
  id: number;
  etag?: string;
}

export type HardwareDraft = Omit<Schemas['HardwareClass'], 'id' | 'etag' | 'name' | 'memory_mib'> & {
  name: Localized;
  memory_mib: Required<Schemas['HardwareClass']['memory_mib']>;
};

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
  name: Localized;
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

export type Cause = Explanation['entries'][number]['cause'];
export type Missing = NonNullable<Explanation['rules'][number]['missing']>;

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
  settings: { name: string; value: unknown; location: { id: number; name: Localized }; sentence: string }[];
  rules: { id: number; name: Localized; holds: boolean; missing: Missing | null; sentence: string }[];
}

/** A role, and where: at a location and below it, for one object, or, with neither, for everything. */
export interface RoleGrant {
  role: number;
  location?: number | null;
  object?: string;
}

/** How one may log in besides by a password. */
export interface LoginWays {
  provider: { label: Localized } | null;
}

export interface UserDraft {
  name: string;
  full_name: string;
  enabled: boolean;
  groups: number[];
  roles: RoleGrant[];
  /** Bytes that his uploads may take; null: what the server gives all. */
  upload_quota: number | null;
}

export interface User extends UserDraft {
  id: number;
  etag?: string;
  source: string;
  has_password: boolean;
  given_groups: number[];
}

export interface GroupDraft {
  name: string;
  /** DNs of groups in the directory. */
  ldap: string[];
  /** The OpenID Connect provider's names of groups. */
  oidc: string[];
  roles: RoleGrant[];
}

export interface Group extends GroupDraft {
  id: number;
  etag?: string;
}

export interface RoleDraft extends Named {
  name: Localized;
  rights: Right[];
}

export interface Role extends RoleDraft {
  id: number;
  etag?: string;
  built_in: boolean;
}

export interface TokenDraft {
  name: string;
  scope: Grant[];
  /** RFC 3339; null: never. */
  expires: string | null;
}

export interface Token extends TokenDraft {
  id: number;
  user: string | null;
  created: string;
}

export interface AuditRow {
  id: number;
  at: string;
  user: string;
  token: string;
  address: string;
  action: string;
  object: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export const pcStates = ['off', 'preboot', 'booting', 'running', 'standby'] as const;
export type PcState = (typeof pcStates)[number];

/** A PC that has been here (docs/pcs.md). Times are RFC 3339. */
export interface Pc {
  id: number;
  /** An admin's; may be empty. */
  name: string;
  uuid: string | null;
  mac: string | null;
  hardware: { vendor?: string; product?: string; memory_mib?: number; cpu_flags?: string[] };
  address: string;
  state: PcState;
  state_since: string | null;
  seen: string | null;
  created: string | null;
  /** The confirmed one; null: it is not enrolled. */
  key: { code: string; kept: 'tpm' | 'disk'; confirmed: string | null; by: string } | null;
  /** The one shown last; it waits to be confirmed where it is another than the confirmed one. */
  asking: { code: string; kept: 'tpm' | 'disk'; since: string | null } | null;
  location: { id: number; name: Localized } | null;
  /** What was started last, as long as the PC is in it. */
  runs: { record: string; number: number } | null;
  etag: string;
}

export interface PcStage {
  name: string;
  /** Since its kernel's start. */
  seconds: number;
}

export interface PcBoot {
  begun: string;
  record: string | null;
  number: number | null;
  stages: PcStage[];
  system_stages: PcStage[];
  ended: string | null;
  ending: 'reboot' | 'power-off' | 'crash' | 'power-lost' | 'silent' | 'left' | null;
}

export const pcActions = ['reboot', 'kexec-reboot', 'power-off', 'boot'] as const satisfies readonly PcAction[];
export type PcAction = PcCommand['action'];

export interface PcCommand {
  id: number;
  action: PcAction;
  record: string | null;
  made: string;
  by: string;
  /** When the PC has got it. */
  taken: string | null;
  /** "done", "replaced", or what the PC says of it. */
  outcome: string | null;
}
