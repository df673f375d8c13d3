import { describe, expect, it } from 'vitest';
import { countsText, isOpen, jobTone, partTitle, partTone } from './job';

describe('counts', () => {
  const word = (state: string) => state;
  it('name what has ended first, and leave out what there is none of', () =>
    expect(countsText({ waiting: 6, started: 2, failed: 1, done: 3, missed: 0 }, word)).toBe(
      '3 done, 1 failed, 2 started, 6 waiting',
    ));
  it('of no PC are no text', () => expect(countsText({}, word)).toBe(''));
});

it('knows which jobs go on', () =>
  expect((['planned', 'running', 'done', 'cancelled'] as const).map((state) => isOpen({ state }))).toEqual([
    ...[true, true, false, false],
  ]));

it('marks what should be looked at', () => {
  expect(jobTone({ state: 'done', counts: { done: 3, skipped: 1 } })).toBe('success');
  expect(jobTone({ state: 'done', counts: { done: 3, missed: 1 } })).toBe('warning');
  expect(jobTone({ state: 'running', counts: { failed: 1 } })).toBe('primary');
  expect([partTone('failed'), partTone('told'), partTone('waiting')]).toEqual(['danger', 'primary', 'info']);
});

it('calls a PC by what it has', () => {
  expect(partTitle({ name: 'Seat 1', mac: '52:54:00:12:34:56', pc: 7 })).toBe('Seat 1');
  expect(partTitle({ name: '', mac: '52:54:00:12:34:56', pc: 7 })).toBe('52:54:00:12:34:56');
  expect(partTitle({ name: '', mac: null, pc: 7 })).toBe('PC 7');
});
