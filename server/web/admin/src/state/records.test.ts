import { describe, expect, it } from 'vitest';
import type { PublishedRecord } from '../api/types';
import { choosable, emptyDraft, faultsOf, kindOf, withRecord } from './records';

const record = (name: string, number: number): PublishedRecord => {
  const [type = '', series = ''] = name.split('/');
  return { type, series, number, title: `${name} ${number}`, published: '2026-01-01T00:00:00Z' };
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
    [{ auto_seconds: 1.5 }, 'auto_seconds'],
  ])('finds the fault in %j', (change, fault) => expect(faultsOf({ ...good, ...change })).toEqual([fault]));
});
