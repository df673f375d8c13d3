import { describe, expect, it } from 'vitest';
import type { Location } from '../api/types';
import { fieldsOf, formOf, inherited, settingsOf, summaryOf, type Settings } from './settings';
import { emptyLocation } from './tree';

const all: Settings = {
  hostname: 'pc-{id}',
  locale: 'de_DE.UTF-8',
  keyboard: { layout: 'de', model: 'pc105' },
  time_zone: 'Europe/Berlin',
  login: { kind: 'ldap', servers: ['ldaps://a', 'ldaps://b'], base: 'dc=x', schema: 'ad', ca: '-----BEGIN\nx\n', groups: ['g'] },
  home: { kind: 'nfs', server: 'nas', path: '/home' },
  printers: [{ name: 'hall', uri: 'ipp://p/hall', description: 'Entrance hall', default: true }],
  proxy: { url: 'http://proxy:3128', except: ['.x'] },
  ssh_keys: ['ssh-ed25519 AAAA anna'],
  idle: { log_out_minutes: 30, power_off_minutes: 0 },
  shutdown: [{ days: ['mon', 'fri'], time: '22:00' }],
  sources: ['https://cache.example.org/store'],
};
const none: Settings = {
  login: { kind: 'local' },
  home: { kind: 'none' },
  printers: [],
  proxy: { url: null },
  ssh_keys: [],
  shutdown: [],
  sources: [],
};

describe('the form', () => {
  it.each([all, none, {}])('says what it was given', (settings) =>
    expect(settingsOf(formOf(settings), settings)).toEqual(settings));
  it('leaves out what is inherited again', () => {
    const form = formOf(all);
    if (form['home']) form['home'].mode = '';
    expect(settingsOf(form, all)).not.toHaveProperty('home');
  });
});

describe('what is inherited', () => {
  const place = (id: number, parent: number | null, settings: Settings): Location => ({
    ...emptyLocation(parent),
    id,
    settings,
  });
  const list = [place(1, null, { locale: 'C', home: { kind: 'none' } }), place(2, 1, { locale: 'de_DE.UTF-8' })];
  it('comes from the closest', () => {
    const found = inherited(list, 2);
    expect([...found].map(([name, { from }]) => [name, from.id])).toEqual([
      ['locale', 2],
      ['home', 1],
    ]);
  });
  it('is nothing at a root', () => expect(inherited(list, null).size).toBe(0));
});

it('summaries are short', () => {
  expect(summaryOf('locale', 'C')).toBe('C');
  expect(summaryOf('home', all['home'])).toBe('nfs nas /home');
  expect(summaryOf('login', all['login'])).toBe('ldap ldaps://a,ldaps://b dc=x ad g');
  expect(summaryOf('shutdown', all['shutdown'])).toBe('mon fri 22:00');
});

it('knows the fields of a setting', () => expect(fieldsOf('home')).toContain('settings.home.path'));
