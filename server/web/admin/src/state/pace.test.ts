import { describe, expect, it } from 'vitest';
import { bytesText, durationText, Pace } from './pace';

describe('pace', () => {
  it('knows nothing before it has seen two moments', () => {
    const pace = new Pace();
    expect(pace.rate).toBe(0);
    expect(pace.left(100)).toBeNull();
    pace.add(0, 10);
    expect(pace.left(100)).toBeNull();
  });

  it('tells rate and time left', () => {
    const pace = new Pace();
    pace.add(0, 0);
    pace.add(2, 200);
    expect(pace.rate).toBe(100);
    expect(pace.left(1000)).toBe(8);
  });

  it('forgets how it was long ago', () => {
    const pace = new Pace();
    pace.add(0, 0);
    pace.add(100, 0);
    pace.add(110, 1000);
    pace.add(114, 1400);
    expect(pace.rate).toBe(100);
  });

  it('does not count what was there before', () => {
    const pace = new Pace();
    pace.add(0, 5000);
    pace.add(10, 6000);
    expect(pace.rate).toBe(100);
    expect(pace.left(6000)).toBe(0);
  });
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1500, '1.5 kB'],
  [123_456_789, '123 MB'],
  [999_950_000, '1 GB'],
  [20_000_000_000, '20 GB'],
])('shows %d bytes as %s', (bytes, text) => expect(bytesText(bytes, 'en')).toBe(text));

it('shows bytes as one writes in German', () => expect(bytesText(1_500_000, 'de')).toBe('1,5 MB'));

it.each([
  [5, '0:05'],
  [125, '2:05'],
  [3725, '1:02:05'],
])('shows %d seconds as %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
