import { describe, expect, it } from 'vitest';
import type { Pc } from '../api/types';
import { commandState, endingTone, keyState, pcIdentity, pcTitle, silentSince, stageBars, waitingKey } from './pc';

const pc: Pc = {
  ...{ id: 12, name: '', uuid: 'u-1', mac: 'm-1', hardware: {}, dhcp: [], address: '10.0.0.1', state: 'running' },
  ...{ state_since: null, seen: '2026-02-10T08:00:00Z', created: null, key: null, asking: null, location: null, runs: null, etag: '"p12-1"' },
};
const asking = { code: 'k7qm', kept: 'tpm' as const, since: null };
const key = { code: 'aaaa', kept: 'tpm' as const, confirmed: null, by: 'admin' };

describe('a PC', () => {
  it('is called by its name, else by what it is known again by', () => {
    expect([pcTitle({ ...pc, name: 'Seat 3' }), pcIdentity({ ...pc, name: 'Seat 3' })]).toEqual(['Seat 3', 'm-1']);
    expect([pcTitle(pc), pcIdentity(pc)]).toEqual(['u-1', 'm-1']);
    expect(pcIdentity({ ...pc, uuid: null })).toBe('');
    expect(pcTitle({ ...pc, uuid: null, mac: null })).toBe('PC 12');
  });

  it.each([
    [{}, 'none'],
    [{ asking }, 'waiting'],
    [{ key }, 'confirmed'],
    [{ key, asking: { ...asking, code: key.code } }, 'confirmed'],
    [{ key, asking }, 'replaced'],
  ])('has with %j a key that is %s', (keys, state) => expect(keyState({ ...pc, ...keys })).toBe(state));

  it('waits with the key that asks', () => expect(waitingKey({ key, asking })?.code).toBe('k7qm'));

  it('is silent when it has not reported for some minutes, unless it sleeps or is off', () => {
    const seen = Date.parse(pc.seen ?? '');
    expect(silentSince(pc, seen + 60_000)).toBeNull();
    expect(silentSince(pc, seen + 4 * 60_000)).toBe(pc.seen);
    expect(silentSince({ ...pc, state: 'standby' }, seen + 4 * 60_000)).toBeNull();
    expect(silentSince({ ...pc, state: 'off' }, seen + 4 * 60_000)).toBeNull();
  });
});

describe('stages', () => {
  it('are bars from one to the next', () =>
    expect(
      stageBars([
        { name: 'menu', seconds: 8 },
        { name: 'network-up', seconds: 2 },
      ]),
    ).toEqual([
      { name: 'network-up', seconds: 2, from: 0, width: 25 },
      { name: 'menu', seconds: 8, from: 25, width: 75 },
    ]));
  it('may be none, or all at the very beginning', () => {
    expect(stageBars([])).toEqual([]);
    expect(stageBars([{ name: 'start', seconds: 0 }])).toEqual([{ name: 'start', seconds: 0, from: 0, width: 0 }]);
  });
});

describe('an ending', () => {
  it('stands out when it was a crash', () =>
    expect([endingTone('crash'), endingTone('silent'), endingTone('reboot')]).toEqual(['danger', 'warning', 'info']));
});

describe('a command', () => {
  it.each([
    [null, null, 'waiting'],
    ['2026-02-10T08:00:00Z', null, 'taken'],
    ['2026-02-10T08:00:00Z', 'done', 'done'],
    [null, 'replaced', 'replaced'],
    ['2026-02-10T08:00:00Z', 'boot/x was refused.', 'told'],
  ])('fetched at %s with the outcome %s is %s', (taken, outcome, state) =>
    expect(commandState({ taken, outcome })).toBe(state),
  );
});
