import { describe, expect, it } from 'vitest';
import { emptyJob, faultOf, fieldOf, wishOf, type JobDraft } from './job-draft';

const draft = (change: Partial<JobDraft> = {}): JobDraft => ({ ...emptyJob(), record: 'boot/backup', location: 3, ...change });

describe('a wish', () => {
  it('of a system says all of it', () =>
    expect(
      wishOf(
        draft({
          ...{ name: ' Backup ', then: 'power-off', spread: 30 },
          parameters: [{ name: ' partition ', text: 'LABEL=data' }, { name: '', text: '' }],
          secrets: [{ name: 'key', text: ' s p ' }],
        }),
      ),
    ).toEqual({
      ...{ name: 'Backup', action: 'boot', record: 'boot/backup', location: 3, at: null, until: 'finished' },
      ...{ then: 'power-off', parameters: { partition: 'LABEL=data' }, secrets: { key: ' s p ' } },
      ...{ at_once: 10, spread: 1800, patience: 600, longest: 7200, wake: true, interrupt: false },
    }));

  it('of another action leaves out what is of systems', () =>
    expect(wishOf(draft({ action: 'power-off', place: 'pcs', pcs: [7, 8], interrupt: true }))).toEqual({
      ...{ name: '', action: 'power-off', pcs: [7, 8], at: null, at_once: 10, spread: 0, patience: 600 },
      ...{ wake: true, interrupt: true },
    }));

  it('leaves emptied limits to the server', () => {
    const wish = wishOf(draft({ at_once: undefined, spread: undefined, patience: undefined, longest: undefined }));
    expect(Object.keys(wish)).not.toEqual(expect.arrayContaining(['at_once']));
    expect([wish.spread, wish.patience, wish.longest]).toEqual([undefined, undefined, undefined]);
  });

  it('is for a moment of the browser’s clock, in UTC', () => {
    const { at } = wishOf(draft({ timed: true, at: '2026-02-10T22:00' }));
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/);
    expect(Date.parse(at ?? '')).toBe(new Date(2026, 1, 10, 22).getTime());
  });
});

describe('a draft', () => {
  it('that is whole has no fault', () => expect(faultOf(draft())).toBeNull());
  it('lacks its record, its place, its PCs or its time', () => {
    expect(faultOf(draft({ record: '' }))?.field).toBe('record');
    expect(faultOf(draft({ record: '', action: 'wake' }))).toBeNull();
    expect(faultOf(draft({ location: null }))?.field).toBe('location');
    expect(faultOf(draft({ place: 'pcs' }))?.field).toBe('pcs');
    expect(faultOf(draft({ timed: true }))?.field).toBe('at');
  });
  it('has each name once, and a name for each text', () => {
    const rows = [{ name: 'a', text: '1' }, { name: 'a ', text: '2' }];
    expect(faultOf(draft({ parameters: rows }))).toEqual({ field: 'parameters', fault: 'rowTwice' });
    expect(faultOf(draft({ secrets: [{ name: '', text: 'x' }] }))).toEqual({ field: 'secrets', fault: 'rowName' });
    expect(faultOf(draft({ action: 'wake', secrets: rows }))).toBeNull();
  });
});

it('finds the field that an error is about', () => {
  expect(fieldOf('job-malformed', 'parameters.partition')).toBe('parameters');
  expect(fieldOf('not-enrolled', null)).toBe('pcs');
  expect(fieldOf('right-missing', null)).toBeNull();
});
