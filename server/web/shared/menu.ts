import type { Localized } from './localized';
import { isIcon, type IconName } from './icon-names';

/** The menu of docs/http-api.md, reduced to what a page shows. */
export interface MenuEntry {
  id: number;
  kind: 'system' | 'vm' | 'tool';
  /** `type/series`, what the agent is asked to boot. */
  record: string;
  title: Localized;
  description: Localized;
  icon: IconName;
  /** Of the person who has logged in at the PC. */
  favourite?: boolean;
  /** Other words to find it by. */
  tags: string[];
  /** A heading that it stands under. */
  group?: Localized;
}

export interface Menu {
  entries: MenuEntry[];
  /** What boots by itself after how many seconds, or null. */
  auto: { id: number; seconds: number } | null;
  /** The entry that a rule wants to be chosen beforehand, or null. */
  default: number | null;
  /** Somebody may log in at this PC. */
  login?: boolean;
  /** Who has, by his full name if there is one. */
  person?: string;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function toLocalized(value: unknown): Localized {
  if (!isObject(value)) return {};
  const { de, en } = value;
  return { de: typeof de === 'string' ? de : undefined, en: typeof en === 'string' ? en : undefined };
}

function toEntry(value: unknown): MenuEntry | null {
  if (!isObject(value) || typeof value['id'] !== 'number' || typeof value['record'] !== 'string') return null;
  const { icon, tags } = value;
  return {
    id: value['id'],
    kind: value['kind'] === 'vm' || value['kind'] === 'tool' ? value['kind'] : 'system',
    record: value['record'],
    title: toLocalized(value['title']),
    description: toLocalized(value['description']),
    icon: isIcon(icon) ? icon : 'desktop',
    ...(value['favourite'] === true ? { favourite: true } : {}),
    ...(isObject(value['group']) ? { group: toLocalized(value['group']) } : {}),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  };
}

/**
 * Reads a menu as it came from the server. An entry that makes no sense is left out rather than costing the others;
 * null means that this is no menu of version 1 at all.
 */
export function parseMenu(value: unknown): Menu | null {
  if (!isObject(value) || value['version'] !== 1 || !Array.isArray(value['entries'])) return null;
  const entries = value['entries'].map(toEntry).filter((entry): entry is MenuEntry => entry !== null);
  const auto = value['auto'];
  const hasAuto = isObject(auto) && typeof auto['id'] === 'number' && typeof auto['seconds'] === 'number';
  const who = isObject(value['person']) ? value['person']['full_name'] || value['person']['name'] : undefined;
  return {
    ...(value['login'] === true ? { login: true } : {}),
    ...(typeof who === 'string' && who ? { person: who } : {}),
    entries,
    auto: hasAuto ? { id: auto['id'] as number, seconds: auto['seconds'] as number } : null,
    default: typeof value['default'] === 'number' ? value['default'] : null,
  };
}
