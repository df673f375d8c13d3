import { describe, expect, it } from 'vitest';
import type { Location } from '../api/types';
import { emptyLocation, locationDraft, matching, pathsOf, possibleParents, treeOf } from './tree';

const location = (id: number, parent: number | null, en: string): Location => ({ ...emptyLocation(parent), id, name: { en } });
const list = [
  location(4, 2, 'Room 10'),
  location(3, 2, 'Room 9'),
  location(2, 1, 'Building A'),
  location(1, null, 'Campus'),
  location(5, null, 'Away'),
];

describe('the tree', () => {
  it('has what is inside of each, by name', () => {
    const [away, campus] = treeOf(list, 'en');
    expect([away?.location.id, campus?.location.id]).toEqual([5, 1]);
    expect(campus?.branches[0]?.branches.map((branch) => branch.location.id)).toEqual([3, 4]);
  });
  it('loses nothing where a parent is not listed', () =>
    expect(treeOf([location(7, 6, 'Seat')], 'en').map((branch) => branch.location.id)).toEqual([7]));
});

describe('a path', () => {
  it('has the names from the root down', () => expect(pathsOf(list, 'de').get(4)).toBe('Campus › Building A › Room 10'));
});

describe('a parent', () => {
  it('is not the location itself, nor inside of it', () =>
    expect(possibleParents(list, 2).map(({ id }) => id)).toEqual([1, 5]));
  it('is any for a new one', () => expect(possibleParents(list, null)).toHaveLength(5));
});

describe('a draft', () => {
  it('has all that the location says, and lists of its own', () => {
    const room = { ...location(4, 2, 'Room 10'), etag: '"l4-1"', subnets: ['10.1.0.0/24'], audiences: ['exam'] };
    const draft = locationDraft(room);
    const { id, etag, ...decided } = room;
    expect([id, etag, draft]).toEqual([4, '"l4-1"', decided]);
    draft.audiences.pop();
    expect(room.audiences).toEqual(['exam']);
  });
});

describe('a search', () => {
  it('finds names and what PCs are known by', () => {
    const known = list.map((each) => (each.id === 4 ? { ...each, macs: ['52:54:00:aa:bb:cc'] } : each));
    expect(matching(known, ' room ').map(({ id }) => id)).toEqual([4, 3]);
    expect(matching(known, 'AA:BB').map(({ id }) => id)).toEqual([4]);
  });
});
