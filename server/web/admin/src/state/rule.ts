/** Drafts of rules, as pure functions. */
import type { RuleDraft, Times } from '../api/types';

export function emptyRule(): RuleDraft {
  return {
    name: { de: '', en: '' },
    enabled: true,
    exam: false,
    location: null,
    hardware: [],
    users: [],
    groups: [],
    time: null,
    only: null,
    show: [],
    hide: [],
    default: null,
    auto: null,
  };
}

/** A form has all members of a time, the API leaves out those that say nothing. */
function wholeTime(time: Partial<Times> & { zone: string }): Times {
  return {
    zone: time.zone,
    weekly: (time.weekly ?? []).map((window) => ({ ...window, days: [...window.days] })),
    dates: { from: time.dates?.from ?? null, to: time.dates?.to ?? null },
    once: (time.once ?? []).map((period) => ({ ...period })),
  };
}

/** A time to begin with, on the clocks of this browser. */
export const emptyTime = (): Times => wholeTime({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone });

/** What an admin decides of a rule, without what the server adds. */
export function ruleDraft(rule: RuleDraft): RuleDraft {
  const { name, enabled, exam, location, time, only, auto } = rule;
  return {
    name: { ...name },
    enabled,
    exam,
    location,
    hardware: [...rule.hardware],
    users: [...rule.users],
    groups: [...rule.groups],
    time: time && wholeTime(time),
    only: only && [...only],
    show: [...rule.show],
    hide: [...rule.hide],
    default: rule.default,
    auto: auto && { ...auto },
  };
}

function timeBody({ zone, weekly, dates, once }: Times): Partial<Times> {
  const from = dates?.from || null;
  const to = dates?.to || null;
  return {
    zone: zone.trim(),
    ...(weekly.length ? { weekly } : {}),
    ...(from || to ? { dates: { from, to } } : {}),
    ...(once.length ? { once } : {}),
  };
}

/** What is sent: members that say nothing are left out of the time, since the server takes a time at its word. */
export function ruleBody(draft: RuleDraft): RuleDraft {
  return { ...draft, time: draft.time && (timeBody(draft.time) as Times) };
}
