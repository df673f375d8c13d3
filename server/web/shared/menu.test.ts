import { describe, expect, it } from 'vitest';
import { parseMenu } from './menu';

const entry = {
  id: 3,
  kind: 'system',
  record: 'boot/debian-desktop',
  number: 3,
  title: { de: 'Debian', en: 'Debian' },
  description: { en: 'A desktop' },
  icon: 'terminal',
};

describe('parseMenu', () => {
  it('reads the menu of the API', () => {
    const menu = parseMenu({ version: 1, revision: 17, entries: [entry], auto: { id: 3, seconds: 10 }, gui: null });
    expect(menu?.entries[0]).toMatchObject({ id: 3, record: 'boot/debian-desktop', icon: 'terminal', tags: [] });
    expect(menu?.auto).toEqual({ id: 3, seconds: 10 });
  });

  it('has a default where the server names one', () => {
    expect(parseMenu({ version: 1, entries: [entry], default: 3 })?.default).toBe(3);
    expect(parseMenu({ version: 1, entries: [entry] })?.default).toBeNull();
  });

  it('draws an icon it does not know as a desktop', () => {
    expect(parseMenu({ version: 1, entries: [{ ...entry, icon: '<img>' }] })?.entries[0]?.icon).toBe('desktop');
  });

  it('leaves out an entry that makes no sense, and keeps the others', () => {
    const menu = parseMenu({ version: 1, entries: [{ id: 'x' }, null, entry] });
    expect(menu?.entries.map(({ id }) => id)).toEqual([3]);
  });

  it.each([[null], [{}], [{ version: 2, entries: [] }], [{ version: 1, entries: {} }], ['menu']])(
    'refuses %j',
    (value) => expect(parseMenu(value)).toBeNull(),
  );
});
