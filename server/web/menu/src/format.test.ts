import { describe, expect, it } from 'vitest';
import { formatBytes, formatRate, formatSeconds, timeLeft } from './format';

describe('formatBytes', () => {
  it.each([
    [999, '999 bytes'],
    [1000, '1 kB'],
    [8_249_664, '8.2 MB'],
    [245_000_000, '245 MB'],
    [999_600_000, '1 GB'],
    [31_457_280_000, '31 GB'],
  ])('makes of %i %s', (bytes, text) => expect(formatBytes(bytes, 'en')).toBe(text));
  it('has the comma in German', () => expect(formatBytes(8_249_664, 'de').replace(/\s/, ' ')).toBe('8,2 MB'));
});

describe('formatRate', () => {
  it('says what a second brings', () => expect(formatRate(11_200_000, 'en')).toBe('11 MB/s'));
});

describe('formatSeconds', () => {
  it.each([
    [0.2, '1 s'],
    [59, '59 s'],
    [60, '1 min'],
    [130, '2 min 10 s'],
    [7500, '2 h 5 min'],
  ])('makes of %d %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));
});

describe('timeLeft', () => {
  it('is what is missing at the rate', () => expect(timeLeft(200, 1000, 100)).toBe(8));
  it.each([
    [null, 10, 1],
    [1, null, 1],
    [1, 10, 0],
    [1, 10, null],
    [11, 10, 1],
  ])('is unknown for %d of %d at %d', (bytes, total, rate) => expect(timeLeft(bytes, total, rate)).toBeNull());
});
