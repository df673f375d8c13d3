/** docs/agent-protocol.md as the page meets it: lines of JSON to and from the agent. */
import { pickLanguage, type Language, type Localized } from '../../shared/localized';
import { parseMenu, type Menu } from '../../shared/menu';

export const protocolVersion = 1;

export type Command =
  | { command: 'boot'; record: string }
  | { command: 'cancel' | 'refresh' | 'reboot' | 'power-off' | 'page-ready' | 'log-in' | 'log-out' };

export const stateNames = [
  'network',
  'server',
  'menu',
  'countdown',
  'fetching',
  'verifying',
  'loading',
  'handover',
  'waiting',
  'error',
] as const;
export type StateName = (typeof stateNames)[number];

export interface AgentState {
  state: StateName;
  /** What is being started, if anything. */
  record: string | null;
  title: Localized;
  /** Of a transfer: bytes, bytes, bytes a second. */
  bytes: number | null;
  total: number | null;
  rate: number | null;
  /** Of countdown and waiting: seconds until it goes on. */
  seconds: number | null;
  reason: string | null;
  sentence: Localized;
}

export const keyStates = ['none', 'waiting', 'confirmed', 'other'] as const;

/** Who the server takes this PC for, and how it stands with its key. */
export interface KnownPc {
  id: number;
  key: (typeof keyStates)[number];
  /** What people compare; null where there is no key. */
  code: string | null;
}

export const loginStates = ['none', 'code', 'refused', 'expired', 'failed'] as const;

/** How far somebody is who logs in at this PC with another device. */
export interface Login {
  state: (typeof loginStates)[number];
  code: string;
  /** Where the code is typed. */
  url: string;
  /** Rows of a QR code that opens it, 1 is dark. */
  qr: string[];
  /** Of `failed`. */
  sentence: Localized;
}

export type AgentEvent =
  | { event: 'hello'; version: number; server: string; language: Language }
  | { event: 'menu'; menu: Menu }
  | { event: 'pc'; pc: KnownPc }
  | { event: 'login'; login: Login }
  | ({ event: 'state' } & AgentState);

type Json = Record<string, unknown>;

const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null);
const string = (value: unknown) => (typeof value === 'string' ? value : null);

/** A text in both languages; a plain string counts for both, since a record's own title has but one. */
function toLocalized(value: unknown): Localized {
  if (typeof value === 'string') return { de: value, en: value };
  if (typeof value !== 'object' || value === null) return {};
  const { de, en } = value as Json;
  return { de: string(de) ?? undefined, en: string(en) ?? undefined };
}

function parseState(json: Json): AgentEvent | null {
  const state = stateNames.find((name) => name === json['state']);
  if (!state) return null;
  return {
    event: 'state',
    state,
    record: string(json['record']),
    title: toLocalized(json['title']),
    bytes: number(json['bytes']),
    total: number(json['total']),
    rate: number(json['rate']),
    seconds: number(json['seconds']),
    reason: string(json['reason']),
    sentence: toLocalized(json['sentence']),
  };
}

function parsePc(json: Json): AgentEvent | null {
  const id = number(json['id']);
  const told = typeof json['key'] === 'object' ? (json['key'] as Json | null) : null;
  const key = keyStates.find((name) => name === told?.['state']);
  if (id === null || !key) return null;
  return { event: 'pc', pc: { id, key, code: string(told?.['code']) || null } };
}

function parseLogin(json: Json): AgentEvent | null {
  const state = loginStates.find((name) => name === json['state']);
  if (!state) return null;
  const rows = Array.isArray(json['qr']) ? json['qr'] : [];
  const qr = rows.filter((row): row is string => typeof row === 'string' && /^[01]{1,177}$/.test(row)).slice(0, 177);
  const [code, url] = [string(json['code']) ?? '', string(json['url']) ?? ''];
  return { event: 'login', login: { state, code, url, qr, sentence: toLocalized(json['sentence']) } };
}

/** Reads one line of the agent. Null for what this version does not know: it is ignored, as the protocol says. */
export function parseEvent(line: string): AgentEvent | null {
  let json: Json;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    json = value as Json;
  } catch {
    return null;
  }
  switch (json['event']) {
    case 'hello':
      return {
        event: 'hello',
        version: number(json['version']) ?? 0,
        server: string(json['server']) ?? '',
        language: pickLanguage([string(json['language']) ?? '']),
      };
    case 'menu': {
      const menu = parseMenu(json['menu']);
      return menu && { event: 'menu', menu };
    }
    case 'login':
      return parseLogin(json);
    case 'pc':
      return parsePc(json);
    case 'state':
      return parseState(json);
    default:
      return null;
  }
}
