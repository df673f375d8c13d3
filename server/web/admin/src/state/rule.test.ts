import { describe, expect, it } from 'vitest';
import type { Rule } from '../api/types';
import { emptyRule, emptyTime, ruleBody, ruleDraft } from './rule';

describe('a rule', () => {
  const read = {
    ...emptyRule(),
    id: 7,
    position: 3,
    etag: '"r7-1"',
    time: { zone: 'Europe/Berlin', once: [{ from: '2026-02-10T08:30', to: '2026-02-10T12:00' }] },
    auto: { id: null },
  } as unknown as Rule;

  it('is sent as it was read, without what is the server’s', () => {
    const sent = ruleBody(ruleDraft(read));
    expect(sent).not.toHaveProperty('id');
    expect(sent).not.toHaveProperty('etag');
    expect(sent.time).toEqual(read.time);
    expect(sent.auto).toEqual({ id: null });
  });

  it('has a draft of its own', () => {
    const draft = ruleDraft(read);
    draft.time?.once.pop();
    draft.show.push(1);
    expect(read.time?.once).toHaveLength(1);
    expect(read.show).toEqual([]);
  });

  it('has a time on the clocks of the browser at first, which says nothing yet', () => {
    const { zone } = Intl.DateTimeFormat().resolvedOptions().timeZone ? emptyTime() : { zone: '' };
    expect(zone).not.toBe('');
    expect(ruleBody({ ...emptyRule(), time: emptyTime() }).time).toEqual({ zone });
  });

  it('keeps a bound of dates that is alone', () => {
    const time = { ...emptyTime(), zone: ' Europe/Berlin ', dates: { from: '', to: '2026-07-31' } };
    expect(ruleBody({ ...emptyRule(), time }).time).toEqual({
      zone: 'Europe/Berlin',
      dates: { from: null, to: '2026-07-31' },
    });
  });

  it('has no time where none was asked for', () => expect(ruleBody(emptyRule()).time).toBeNull());
});
