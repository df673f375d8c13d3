import { expect, it } from 'vitest';
import { movedBy } from './order';

it.each([
  [1, -1, 'bac'],
  [1, 1, 'acb'],
  [0, 2, 'bca'],
])('moves the element at %i by %i', (index, step, order) =>
  expect(movedBy(['a', 'b', 'c'], index, step).join('')).toBe(order),
);

it('keeps the list where there is no such place', () => {
  const list = ['a', 'b'];
  expect(movedBy(list, 0, -1)).toBe(list);
  expect(movedBy(list, 1, 1)).toBe(list);
  expect(movedBy(list, 7, 1)).toBe(list);
});
