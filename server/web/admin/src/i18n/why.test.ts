import { describe, expect, it } from 'vitest';
import type { Cause, Explanation, Missing } from '../api/types';
import { Why } from './why';

const answer: Explanation = {
  revision: 1,
  time: '2026-02-10T08:30:00Z',
  place: {
    match: { location: 2, depth: 1, sign: 'subnet', prefix: 24 },
    others: [],
    path: [{ id: 2, name: { de: 'Raum 12', en: 'Room 12' } }],
    sentence: 'The PC is in room 12.',
  },
  hardware: [],
  entries: [
    { id: 4, title: { en: 'Debian' }, shown: false, cause: 'rule-hide', rule: 7, sentence: 'Hidden: rule 7 hides it.' },
  ],
  auto: { id: 4, seconds: 5, rule: 7, sentence: 'It boots by itself.' },
  default: { id: null, rule: null, sentence: 'No default.' },
  settings: [],
  rules: [{ id: 7, name: { de: 'Abends', en: 'Evenings' }, holds: true, missing: null, sentence: 'It holds.' }],
};
const [entry] = answer.entries as [Explanation['entries'][number]];
const [rule] = answer.rules as [Explanation['rules'][number]];

describe('why, in English', () => {
  const why = new Why(answer, 'en');
  it('is what the server says', () => {
    expect([why.place(), why.entry(entry), why.auto(), why.preselected(), why.check(rule)]).toEqual([
      'The PC is in room 12.',
      'Hidden: rule 7 hides it.',
      'It boots by itself.',
      'No default.',
      'It holds.',
    ]);
  });
});

describe('why, in German', () => {
  const why = new Why(answer, 'de');

  it('says the place', () =>
    expect(why.place()).toBe('Der PC ist im Ort „Raum 12“; erkannt an seiner Adresse, in einem Subnetz der Länge 24.'));
  it('says that there is no place', () => {
    const nowhere = { ...answer, place: { ...answer.place, match: null, path: [] } };
    expect(new Why(nowhere, 'de').place()).toContain('in keinem Ort');
  });
  it('names the rule', () => {
    expect(why.entry(entry)).toBe('Verborgen: Regel „Abends“ verbirgt den Eintrag.');
    expect(why.auto()).toBe('„Debian“ startet nach 5 Sekunden von selbst: Regel „Abends“ sagt es.');
  });
  it.each<Cause>(['unpublished', 'audience', 'rule-show', 'rule-hide', 'rule-only', 'own'])('has words for %s', (cause) => {
    expect(why.entry({ ...entry, cause })).toMatch(/^(Sichtbar|Verborgen): [^.]+\.$/);
  });
  it.each<Missing>(['enabled', 'hardware', 'user', 'group', 'zone', 'time'])('says that %s is missing', (missing) =>
    expect(why.check({ ...rule, holds: false, missing })).toMatch(/^Regel „Abends“ (ist ausgeschaltet|gilt .*nicht)/),
  );
});
