import { expect, test } from 'vitest';
import { ordered, toggled, type AccountEntry } from './favourites';

const entry = (id: number): AccountEntry => ({ id, kind: 'system', title: { en: String(id) } });

test('favourites come first, in their order', () => {
  const entries = [1, 2, 3, 4].map(entry);
  expect(ordered({ entries, favourites: [4, 2, 9] }).map(({ id }) => id)).toEqual([4, 2, 1, 3]);
  expect(ordered({ entries, favourites: [] }).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});

test('a favourite more or less', () => {
  expect(toggled([1, 2], 3)).toEqual([1, 2, 3]);
  expect(toggled([1, 2, 3], 2)).toEqual([1, 3]);
});
