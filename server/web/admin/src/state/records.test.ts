import { describe, expect, it } from 'vitest';
import type { PublishedRecord } from '../api/types';
import { choosable, emptyDraft, faultsOf, kindOf, plainOffering, withRecord, withTool } from './records';

const record = (name: string, number: number, current = false): PublishedRecord => {
  const [type = '', series = ''] = name.split('/');
  return {
    ...{ type, series, number, title: `${name} ${number}`, state: 'published', current },
    published: '2026-01-01T00:00:00Z',
  };
};

describe('choosable', () => {
  it('has the newest of each series that an entry may show', () => {
    const records = [record('vm/tiny', 1), record('boot/a', 2), record('boot/a', 10), record('gui/x', 1)];
    expect(choosable(records).map(({ series, number }) => [series, number])).toEqual([
      ['a', 10],
      ['tiny', 1],
    ]);
  });
});

describe('choosable after a roll-back', () => {
  it('has what is offered', () => {
    const records = [record('boot/a', 3), record('boot/a', 2, true), record('boot/a', 1)];
    expect(choosable(records).map(({ number }) => number)).toEqual([2]);
  });
});

describe('kindOf', () => {
  it('follows the type', () => expect([kindOf('boot/a'), kindOf('vm/a')]).toEqual(['system', 'vm']));
});

describe('withRecord', () => {
  it('proposes title and icon', () =>
    expect(withRecord(emptyDraft(), record('vm/tiny', 1))).toMatchObject({
      record: 'vm/tiny',
      kind: 'vm',
      icon: 'vm',
      title: { en: 'vm/tiny 1' },
    }));
  it('leaves alone what the admin has already decided', () => {
    const draft = { ...emptyDraft(), title: { en: 'Mine', de: '' }, icon: 'tool' as const };
    expect(withRecord(draft, record('vm/tiny', 1))).toMatchObject({ title: { en: 'Mine' }, icon: 'tool' });
  });
  it('lets no virtual machine boot by itself', () =>
    expect(withRecord({ ...emptyDraft(), auto_seconds: 5 }, record('vm/tiny', 1)).auto_seconds).toBeNull());
});

describe('withTool', () => {
  const draft = withRecord(emptyDraft(), record('vm/tiny', 1));
  const titles = { de: 'Ausschalten', en: 'Power off' };

  it('needs no offering, and proposes a title', () => {
    expect(draft.offering).toEqual(plainOffering());
    expect(withTool({ ...draft, title: { de: '', en: '' } }, 'tool/power-off', titles)).toEqual({
      ...emptyDraft(),
      ...{ kind: 'tool', record: 'tool/power-off', title: titles, icon: 'tool' },
    });
  });
  it('gives way to a system again', () =>
    expect(withRecord(withTool(draft, 'tool/reboot', titles), record('boot/a', 1))).toMatchObject({
      ...{ kind: 'system', icon: 'desktop' },
    }));
});

describe('faultsOf', () => {
  const good = { ...emptyDraft(), record: 'boot/a', title: { en: 'A' } };

  it('takes a good draft', () => expect(faultsOf(good)).toEqual([]));
  it('counts characters, not their parts', () =>
    expect(faultsOf({ ...good, title: { en: '🖥'.repeat(200) } })).toEqual([]));
  it.each([
    [{ record: '' }, 'record'],
    [{ title: { en: ' ' } }, 'title.en'],
    [{ title: { en: 'A', de: 'x'.repeat(201) } }, 'title.de'],
    [{ title: { en: 'A\nB' } }, 'title.en'],
    [{ description: { en: 'tab\there' } }, 'description.en'],
    [{ description: { de: 'x'.repeat(1001) } }, 'description.de'],
    [{ group: { en: 'x'.repeat(101) } }, 'group.en'],
    [{ group: { en: 'A', de: 'B\nC' } }, 'group.de'],
    [{ auto_seconds: 1.5 }, 'auto_seconds'],
  ])('finds the fault in %j', (change, fault) => expect(faultsOf({ ...good, ...change })).toEqual([fault]));
});
