/**
 * What the server says and is told: by the OpenAPI document (`npm run api`), but for what the pages have a narrower form of.
 * Drafts are what an admin decides of a thing, all of it there: the server may be told less.
 */
import type { components } from '../../../generated/openapi';
import type { IconName } from '../../../shared/icon-names';
import type { Localized } from '../../../shared/localized';
import type { Grant, Right } from '../state/rights';

type Schemas = components['schemas'];

export interface Session {
  user: string;
  /** Sent along with every change, as X-Farboot-Csrf. */
  csrf: string;
  rights: Grant[];
  /** The password is kept by this server, and can be changed here. */
  own_password: boolean;
}

export type EntryKind = Schemas['Entry']['kind'];

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
export type Amount = Required<NonNullable<Schemas['Amount']>>;

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
  etag?: string;
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

export type VersionState = Schemas['VersionState'];

export type Version = SeriesVersions['versions'][number];

/** A record over time, newest version first. */
export type SeriesVersions = Schemas['Series'];

export type Named = { name: Localized | string } | { title: Localized };

/** What an admin decides of a location. */
export type LocationDraft = Omit<Schemas['Location'], 'id' | 'etag' | 'name' | 'settings'> & {
  name: Localized;
  /** Of the systems that its PCs boot; what is missing is inherited. */
  settings: Record<string, unknown>;
};

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
export interface RuleDraft {
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

export type Match = Schemas['PlaceMatch'];

/** What a PC shows, and why. Sentences are English. */
export type Explanation = Schemas['Explanation'];

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

export type User = Schemas['User'];

/** What an admin decides of a user. */
export type UserDraft = Pick<User, 'name' | 'full_name' | 'enabled' | 'groups' | 'upload_quota'> & { roles: RoleGrant[] };

export type Group = Schemas['Group'];

/** `ldap`: DNs of groups in the directory; `oidc`: the OpenID Connect provider's names of groups. */
export type GroupDraft = Pick<Group, 'name' | 'ldap' | 'oidc'> & { roles: RoleGrant[] };

export type Role = Omit<Schemas['Role'], keyof RoleDraft> & RoleDraft;

export interface RoleDraft {
  name: Localized;
  rights: Right[];
}

export type Token = Omit<Schemas['Token'], 'scope' | 'secret'> & { scope: Grant[] };

/** `expires`: RFC 3339; null: never. */
export type TokenDraft = Pick<Token, 'name' | 'scope' | 'expires'>;

export type AuditRow = Omit<Schemas['AuditRow'], 'before' | 'after'> & {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

/** A file that somebody sends by tus (docs/http-api.md, Files by tus). */
export type Upload = Schemas['Upload'];

/** What somebody's uploads may take, and take: bytes. */
export type Quota = Schemas['Quota'];

export const pcStates = ['off', 'preboot', 'booting', 'running', 'standby'] as const satisfies readonly PcState[];
export type PcState = Schemas['Pc']['state'];

/** A PC that has been here (docs/pcs.md). Times are RFC 3339. */
export type Pc = Schemas['Pc'];

/** `seconds` since its kernel's start. */
export type PcStage = Schemas['Stages'][number];

export type PcBoot = Schemas['PcBoot'];

export const pcActions = ['reboot', 'kexec-reboot', 'power-off', 'boot'] as const satisfies readonly PcAction[];
export type PcAction = PcCommand['action'];

/** `taken`: when the PC has got it; `outcome`: "done", "replaced", or what the PC says of it. */
export type PcCommand = Schemas['PcCommand'];
