import { describe, expect, it } from 'vitest';
import { parseEvent } from './protocol';

describe('parseEvent', () => {
  it('reads hello', () => {
    expect(parseEvent('{"event":"hello","version":1,"server":"https://s:8443","language":"de"}')).toEqual({
      event: 'hello',
      version: 1,
      server: 'https://s:8443',
      language: 'de',
    });
  });

  it('reads a transfer', () => {
    const line = '{"event":"state","state":"fetching","record":"boot/a","title":"A","bytes":5,"total":10,"rate":2.5}';
    expect(parseEvent(line)).toMatchObject({
      state: 'fetching',
      record: 'boot/a',
      title: { de: 'A', en: 'A' },
      bytes: 5,
      total: 10,
      rate: 2.5,
      seconds: null,
    });
  });

  it('reads the sentence of an error in both languages', () => {
    const line = '{"event":"state","state":"error","reason":"revoked","sentence":{"de":"Nein","en":"No"}}';
    expect(parseEvent(line)).toMatchObject({ reason: 'revoked', sentence: { de: 'Nein', en: 'No' } });
  });

  it('takes numbers that cannot be for missing', () => {
    const line = '{"event":"state","state":"fetching","bytes":-1,"total":"10","rate":null}';
    expect(parseEvent(line)).toMatchObject({ bytes: null, total: null, rate: null });
  });

  it('reads who the PC is', () => {
    const line = '{"event":"pc","id":12,"name":"Seat 3","key":{"state":"waiting","code":"k7qm-2xpa"}}';
    expect(parseEvent(line)).toEqual({ event: 'pc', pc: { id: 12, key: 'waiting', code: 'k7qm-2xpa' } });
    expect(parseEvent('{"event":"pc","id":12,"name":"","key":{"state":"none","code":null}}')).toEqual({
      event: 'pc',
      pc: { id: 12, key: 'none', code: null },
    });
  });

  it.each([
    ['not json'],
    ['{"event":"pc","id":12}'],
    ['{"event":"pc","id":"12","key":{"state":"none"}}'],
    ['{"event":"pc","id":12,"key":{"state":"lost"}}'],
    ['{"event":"pc","id":12,"key":null}'],
    ['null'],
    ['[]'],
    ['{"event":"news"}'],
    ['{"event":"state","state":"dancing"}'],
    ['{"event":"menu","menu":{"version":9}}'],
  ])('ignores %s', (line) => expect(parseEvent(line)).toBeNull());
});
