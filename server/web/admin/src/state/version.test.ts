import { describe, expect, it } from 'vitest';
import type { Version } from '../api/types';
import { actionsOf } from './version';

const version = (state: Version['state'], current = false): Version => ({
  number: 1,
  title: 'A',
  state,
  published: '2026-01-01T00:00:00Z',
  current,
});

describe('actionsOf', () => {
  it.each([
    [version('draft'), ['publish', 'retire']],
    [version('published', true), ['retire', 'revoke']],
    [version('published'), ['rollBack', 'retire', 'revoke']],
    [version('retired'), ['publish', 'revoke']],
    [version('revoked'), ['unrevoke']],
  ])('of %j', (given, actions) => expect(actionsOf(given)).toEqual(actions));
});
