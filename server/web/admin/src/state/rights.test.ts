import { expect, it } from 'vitest';
import { at, everywhere, on, somewhere, type Grant } from './rights';

const grants: Grant[] = [
  { rights: ['catalog.read'] },
  { rights: ['rules.edit'], location: 2 },
  { rights: ['entries.edit'], object: 'entry:7' },
];
/** 1 › 2 › 3, and 4 beside. */
const parents = new Map([
  [1, null],
  [2, 1],
  [3, 2],
  [4, 1],
]);

it('denies what is not granted', () => {
  expect(everywhere([], 'catalog.read')).toBe(false);
  expect(somewhere(grants, 'users.manage')).toBe(false);
  expect(at([], 'catalog.read', 1, parents)).toBe(false);
  expect(on([], 'entries.edit', 'entry:7')).toBe(false);
});

it('has a right for everything everywhere', () => {
  expect(everywhere(grants, 'catalog.read')).toBe(true);
  expect(at(grants, 'catalog.read', 4, parents)).toBe(true);
  expect(at(grants, 'catalog.read', null, parents)).toBe(true);
  expect(on(grants, 'catalog.read', 'entry:1')).toBe(true);
});

it('has a right for a location there and below', () => {
  expect(everywhere(grants, 'rules.edit')).toBe(false);
  expect([1, 2, 3, 4, 9].map((id) => at(grants, 'rules.edit', id, parents))).toEqual([false, true, true, false, false]);
  expect(at(grants, 'rules.edit', null, parents)).toBe(false);
});

it('has a right for one thing for that alone', () => {
  expect(on(grants, 'entries.edit', 'entry:7')).toBe(true);
  expect(on(grants, 'entries.edit', 'entry:77')).toBe(false);
  expect(at(grants, 'entries.edit', 2, parents)).toBe(false);
});

it('comes to an end in a tree that goes in a circle', () => {
  const circle = new Map([
    [5, 6],
    [6, 5],
  ]);
  expect(at(grants, 'rules.edit', 5, circle)).toBe(false);
});
