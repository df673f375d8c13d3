import { expect, it } from 'vitest';
import { emptyQuestion, queryOf } from './question';

it('asks only what was filled in', () =>
  expect(queryOf({ ...emptyQuestion(), address: ' 10.1.12.33 ', groups: ['students', 'a&b'] })).toBe(
    'for=preboot&address=10.1.12.33&group=students&group=a%26b',
  ));

it('asks for a moment of the browser’s clock in UTC', () => {
  const moment = new Date(2026, 1, 10, 9, 30);
  const time = new URLSearchParams(queryOf({ ...emptyQuestion(), time: '2026-02-10T09:30' })).get('time') ?? '';
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/);
  expect(Date.parse(time)).toBe(moment.getTime());
});
