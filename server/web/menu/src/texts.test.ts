import { expect, it } from 'vitest';
import { say } from './texts';

it('fills in values', () => expect(say('en', 'amount', { bytes: '1 MB', total: '2 MB' })).toBe('1 MB of 2 MB'));
it('keeps a name without a value visible', () => expect(say('de', 'left')).toBe('noch {time}'));
