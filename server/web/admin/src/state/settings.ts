/** Settings of booted systems (docs/settings.md): how a form shows them, and where inherited ones come from. */
import type { Location } from '../api/types';

type Value = unknown;
/** As the API has them: what is missing is inherited. */
export type Settings = Record<string, Value>;

export interface Field {
  /** Of the setting's object; empty: the setting is this one text. */
  member: string;
  kind: 'text' | 'lines' | 'number';
  example: string;
}

/** A way to set it, with what has to be said then. A setting of the mode `own` has no member `kind`. */
export interface Mode {
  name: string;
  fields: readonly Field[];
}

const text = (member: string, example = ''): Field => ({ member, kind: 'text', example });
const lines = (member: string, example = ''): Field => ({ member, kind: 'lines', example });
const number = (member: string): Field => ({ member, kind: 'number', example: '0' });
const own = (...fields: Field[]): Mode => ({ name: 'own', fields });

/** All settings, in the form's order. */
export const settings: Readonly<Record<string, readonly Mode[]>> = {
  hostname: [own(text('', 'pc-{id}'))],
  locale: [own(text('', 'de_DE.UTF-8'))],
  keyboard: [own(text('layout', 'de'), text('variant', 'nodeadkeys'), text('options'))],
  time_zone: [own(text('', 'Europe/Berlin'))],
  login: [
    { name: 'local', fields: [] },
    {
      name: 'ldap',
      fields: [
        lines('servers', 'ldaps://ldap.example.org'),
        text('base', 'dc=example,dc=org'),
        text('schema', 'rfc2307'),
        lines('groups', 'students'),
        lines('ca', '-----BEGIN CERTIFICATE-----'),
      ],
    },
  ],
  home: [
    { name: 'none', fields: [] },
    { name: 'nfs', fields: [text('server', 'nas.example.org'), text('path', '/export/home')] },
    { name: 'cifs', fields: [text('server', 'files.example.org'), text('share', '{user}$'), text('domain', 'EXAMPLE')] },
  ],
  printers: [own(lines('', '*hall ipp://print.example.org/printers/hall Entrance hall'))],
  proxy: [{ name: 'none', fields: [] }, own(text('url', 'http://proxy.example.org:3128'), lines('except', '.example.org'))],
  ssh_keys: [own(lines('', 'ssh-ed25519 AAAA… anna'))],
  idle: [own(number('log_out_minutes'), number('power_off_minutes'))],
  shutdown: [own(lines('', 'mon tue wed thu fri 22:00'))],
  sources: [own(lines('', 'https://cache.example.org/store'))],
};

/** What the server may call wrong, as it names it. */
export const settingFields: readonly string[] = [
  'settings',
  ...Object.entries(settings).flatMap(([name, modes]) => [
    `settings.${name}`,
    ...modes.flatMap(({ fields }) => fields.filter(({ member }) => member).map(({ member }) => `settings.${name}.${member}`)),
  ]),
  ...['login.kind', 'home.kind', 'keyboard.model', 'shutdown.days', 'shutdown.time'].map((name) => `settings.${name}`),
  ...['name', 'uri', 'description', 'default'].map((member) => `settings.printers.${member}`),
];

export const fieldsOf = (name: string) =>
  settingFields.filter((field) => field === `settings.${name}` || field.startsWith(`settings.${name}.`));

/** A setting as a person edits it: all texts. An empty mode: it is inherited. */
export interface SettingForm {
  mode: string;
  values: Record<string, string>;
}

type Members = Record<string, Value>;
const membersOf = (value: Value): Members => (typeof value === 'object' && value !== null ? (value as Members) : {});
const words = (line: string) => line.split(/\s+/).filter(Boolean);
const linesOf = (value: string) =>
  value
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

function printerText(value: Value): string {
  const { name, uri, description, default: first } = membersOf(value);
  return [`${first ? '*' : ''}${String(name)}`, uri, description].filter(Boolean).join(' ');
}

function printerOf(line: string): Members {
  const [name = '', uri = '', ...description] = words(line);
  return {
    name: name.replace(/^\*/, ''),
    uri,
    ...(description.length ? { description: description.join(' ') } : {}),
    ...(name.startsWith('*') ? { default: true } : {}),
  };
}

function powerOffText(value: Value): string {
  const { days, time } = membersOf(value);
  return [...(Array.isArray(days) ? days : []), time].join(' ');
}

function powerOffOf(line: string): Members {
  const said = words(line.replaceAll(',', ' '));
  return { days: said.slice(0, -1), time: said.at(-1) ?? '' };
}

function itemText(name: string, item: Value): string {
  if (name === 'printers') return printerText(item);
  return name === 'shutdown' ? powerOffText(item) : String(item);
}

function itemOf(name: string, line: string): Value {
  if (name === 'printers') return printerOf(line);
  return name === 'shutdown' ? powerOffOf(line) : line;
}

function textOf(name: string, value: Value): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.map((item) => itemText(name, item)).join('\n') : String(value);
}

function modeOf(name: string, value: Value): string {
  if (value === undefined || value === null) return '';
  const { kind, url } = membersOf(value);
  if (typeof kind === 'string') return kind;
  return name === 'proxy' && !url ? 'none' : 'own';
}

export function formOf(value: Settings): Record<string, SettingForm> {
  const form: Record<string, SettingForm> = {};
  for (const [name, modes] of Object.entries(settings)) {
    const given = value[name];
    const values: Record<string, string> = {};
    for (const { member } of modes.flatMap(({ fields }) => fields)) {
      values[member] = textOf(name, member ? membersOf(given)[member] : given);
    }
    form[name] = { mode: modeOf(name, given), values };
  }
  return form;
}

function fieldValue(name: string, { member, kind }: Field, said: string): Value {
  if (kind === 'number') return Number(said.trim() || 0);
  if (kind === 'text') return said.trim();
  return name === 'login' && member === 'ca' ? `${said.trim()}\n` : linesOf(said).map((line) => itemOf(name, line));
}

function settingOf(name: string, mode: Mode, { values }: SettingForm): Value {
  if (name === 'proxy' && mode.name === 'none') return { url: null };
  const [first] = mode.fields;
  if (first && !first.member) return fieldValue(name, first, values[''] ?? '');
  const setting: Members = mode.name === 'own' ? {} : { kind: mode.name };
  for (const field of mode.fields) {
    const said = values[field.member] ?? '';
    if (said.trim()) setting[field.member] = fieldValue(name, field, said);
  }
  return setting;
}

/** What the form says. Members that it has no field for, such as a keyboard's model, stay as they were in `before`. */
export function settingsOf(form: Record<string, SettingForm>, before: Settings): Settings {
  const result: Settings = {};
  for (const [name, modes] of Object.entries(settings)) {
    const said = form[name];
    const mode = modes.find((each) => each.name === said?.mode);
    if (!said || !mode) continue;
    const value = settingOf(name, mode, said);
    const model = name === 'keyboard' ? membersOf(before[name])['model'] : undefined;
    result[name] = model === undefined ? value : { ...membersOf(value), model };
  }
  return result;
}

/** In a few words, for whoever inherits it. */
export function summaryOf(name: string, value: Value): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map((item) => itemText(name, item).split(' ').slice(0, 3).join(' ')).join(', ');
  const members = membersOf(value);
  const order = new Set(['kind', ...(settings[name] ?? []).flatMap(({ fields }) => fields.map(({ member }) => member))]);
  return [...order]
    .filter((member) => member !== 'ca' && members[member])
    .map((member) => String(members[member]))
    .join(' ');
}

/** What a location inside of `parent` inherits, and from where. */
export function inherited(list: readonly Location[], parent: number | null): Map<string, { value: Value; from: Location }> {
  const places = new Map(list.map((location) => [location.id, location]));
  const found = new Map<string, { value: Value; from: Location }>();
  const seen = new Set<number>();
  for (let id = parent; id !== null && !seen.has(id); ) {
    seen.add(id);
    const from = places.get(id);
    for (const [name, value] of Object.entries(from?.settings ?? {})) {
      if (from && !found.has(name)) found.set(name, { value, from });
    }
    id = from?.parent ?? null;
  }
  return found;
}
