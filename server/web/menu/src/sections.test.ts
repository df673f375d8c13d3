import { expect, it } from 'vitest';
import { parseMenu } from '../../shared/menu';
import { sectionsOf } from './sections';

const lab = { de: 'Labor', en: 'Lab' };
const entriesOf = (list: object[]) =>
  parseMenu({ version: 1, entries: list.map((each, i) => ({ id: i + 1, record: 'boot/x', title: { en: 'x' }, ...each })) })
    ?.entries ?? [];
const drawn = (list: object[], language: 'de' | 'en') =>
  sectionsOf(entriesOf(list), language).map(({ heading, entries }) => [heading, ...entries.map(({ id }) => id)]);

it('has one section without a heading where there are no groups', () => {
  expect(drawn([{}, {}], 'en')).toEqual([['', 1, 2]]);
  expect(drawn([], 'en')).toEqual([]);
});

it('has a heading for each group, in the order of its entries', () => {
  const list = [{}, { group: lab }, { group: lab }, { group: { en: 'Exams' } }, {}];
  expect(drawn(list, 'de')).toEqual([['', 1], ['Labor', 2, 3], ['Exams', 4], ['', 5]]);
  expect(drawn(list, 'en')[1]).toEqual(['Lab', 2, 3]);
});

it('puts favourites under no heading', () => {
  expect(drawn([{ group: lab, favourite: true }, { group: lab }], 'en')).toEqual([['', 1], ['Lab', 2]]);
});
