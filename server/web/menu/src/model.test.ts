import { describe, expect, it } from 'vitest';
import type { Menu } from '../../shared/menu';
import { emptyModel, screenOf, secondsLeft, titleOf, withEvent, withServerMenu, type Model } from './model';
import { noticeText } from './notice-text';
import { parseEvent, type AgentEvent } from './protocol';

const entry = (id: number, record: string) => ({
  id,
  kind: 'system' as const,
  record,
  title: { de: `System ${id}`, en: `System ${id}` },
  description: {},
  icon: 'desktop' as const,
  tags: [],
});
const menu: Menu = { entries: [entry(1, 'boot/a'), entry(2, 'boot/b')], auto: null, default: null };

function event(value: object): AgentEvent {
  const parsed = parseEvent(JSON.stringify(value));
  if (!parsed) throw new Error(`No event: ${JSON.stringify(value)}`);
  return parsed;
}

const state = (name: string, rest: object = {}) => event({ event: 'state', state: name, ...rest });
const after = (events: AgentEvent[], now = 0): Model =>
  events.reduce((model, next) => withEvent(model, next, now), emptyModel('en'));
const hello = event({ event: 'hello', version: 1, server: 'https://s', language: 'de' });
const menuEvent: AgentEvent = { event: 'menu', menu };

describe('the screen', () => {
  it('connects until there is a menu', () => expect(screenOf(after([hello, state('network')]))).toBe('connecting'));
  it('shows the menu', () => expect(screenOf(after([hello, menuEvent, state('menu')]))).toBe('menu'));
  it.each(['fetching', 'verifying', 'loading', 'handover'])('shows the progress of %s', (name) =>
    expect(screenOf(after([hello, menuEvent, state(name, { record: 'boot/a' })]))).toBe('progress'),
  );
  it('keeps the menu usable after an error', () =>
    expect(screenOf(after([menuEvent, state('error', { record: 'boot/a', reason: 'revoked' })]))).toBe('menu'));
  it('stays at the menu while the server is waited for', () =>
    expect(screenOf(after([menuEvent, state('waiting', { seconds: 5 })]))).toBe('menu'));
  it('shows progress between the choice and the answer', () =>
    expect(screenOf({ ...after([menuEvent]), asked: 'boot/a' })).toBe('progress'));
  it('goes back when the agent answers with an error', () =>
    expect(screenOf(withEvent({ ...after([menuEvent]), asked: 'boot/a' }, state('error'), 0))).toBe('menu'));
});

describe('the highlighted entry', () => {
  it('is the first', () => expect(after([menuEvent]).selected).toBe(1));
  it('is the one that boots by itself, where there is one', () =>
    expect(after([{ event: 'menu', menu: { ...menu, auto: { id: 2, seconds: 3 } } }]).selected).toBe(2));
  it('is the default, even where another one boots by itself', () =>
    expect(after([{ event: 'menu', menu: { ...menu, auto: { id: 1, seconds: 3 }, default: 2 } }]).selected).toBe(2));
  it('is no default that is not listed', () =>
    expect(after([{ event: 'menu', menu: { ...menu, default: 9 } }]).selected).toBe(1));
  it('stays through a new menu', () =>
    expect(withEvent({ ...after([menuEvent]), selected: 2 }, menuEvent, 0).selected).toBe(2));
  it('moves on when it is no longer listed', () =>
    expect(withEvent({ ...after([menuEvent]), selected: 9 }, menuEvent, 0).selected).toBe(1));
  it('follows the countdown', () =>
    expect(after([menuEvent, state('countdown', { record: 'boot/b', seconds: 3 })]).selected).toBe(2));
});

describe('the PC', () => {
  const known = (key: string, code: string | null) => event({ event: 'pc', id: 12, name: '', key: { state: key, code } });

  it('is not known until the agent says it', () => expect(after([hello, menuEvent]).pc).toBeNull());
  it('is what the agent said last', () =>
    expect(after([hello, known('waiting', 'k7qm'), menuEvent, known('confirmed', 'k7qm')]).pc).toEqual({
      ...{ id: 12, key: 'confirmed', code: 'k7qm' },
    }));
});

describe('the language', () => {
  it('is the agent’s', () => expect(after([hello]).language).toBe('de'));
  it('stays the person’s own choice when the agent comes back', () =>
    expect(withEvent({ ...emptyModel('en'), languageChosen: true }, hello, 0).language).toBe('en'));
});

describe('a transfer', () => {
  const fetching = state('fetching', { record: 'boot/a', bytes: 30, total: 40 });

  it('has a share', () => expect(after([fetching]).share).toBe(0.75));
  it('keeps its step and share while it waits', () => {
    const model = after([menuEvent, fetching, state('waiting', { record: 'boot/a', seconds: 4, reason: 'network' })]);
    expect(model).toMatchObject({ step: 'fetching', share: 0.75 });
    expect(screenOf(model)).toBe('progress');
  });
  it('starts from nothing for another record', () =>
    expect(after([fetching, state('fetching', { record: 'boot/b' })]).share).toBe(0));
  it('never has more than all', () =>
    expect(after([state('fetching', { record: 'boot/a', bytes: 50, total: 40 })]).share).toBe(1));
  it('has the name of the menu, or of the record where the menu has none', () => {
    expect(titleOf(after([menuEvent, fetching]))).toEqual({ de: 'System 1', en: 'System 1' });
    const other = state('fetching', { record: 'boot/z', title: 'Zed' });
    expect(titleOf(after([menuEvent, other]))).toEqual({ de: 'Zed', en: 'Zed' });
  });
});

describe('a countdown', () => {
  const counting = after([menuEvent, state('countdown', { record: 'boot/a', seconds: 8 })], 1000);

  it('is told in whole seconds', () => {
    expect(secondsLeft(counting, 1000)).toBe(8);
    expect(secondsLeft(counting, 3100)).toBe(6);
    expect(secondsLeft(counting, 99_000)).toBe(0);
  });
  it('ends with another state', () => expect(secondsLeft(withEvent(counting, state('menu'), 2000), 2000)).toBeNull());
  it('is said', () => expect(noticeText(counting, 1000)?.title).toBe('System 1 starts in 8\u00a0s.'));
});

describe('the notice', () => {
  it('says an error in the language of the page', () => {
    const sentence = { de: 'Falsche Signatur.', en: 'Wrong signature.' };
    const model = after([hello, menuEvent, state('error', { reason: 'signature-invalid', sentence })]);
    expect(noticeText(model, 0)).toMatchObject({ kind: 'error', sentence: 'Falsche Signatur.' });
    expect(noticeText({ ...model, language: 'en' }, 0)).toMatchObject({
      sentence: 'Wrong signature.',
      ticking: 'Reason: signature-invalid',
    });
  });
  it('counts down while waiting', () => {
    const model = after([menuEvent, state('waiting', { seconds: 4, sentence: { en: 'No network.' } })]);
    expect(noticeText(model, 0)).toMatchObject({ kind: 'waiting', sentence: 'No network.', ticking: 'Next try in 4 s' });
    expect(noticeText(model, 5000)?.ticking).toBe('Trying again …');
  });
  it('says that a page without an agent is for looking only', () =>
    expect(noticeText(withServerMenu(emptyModel('en'), menu, 'https://s'), 0)?.kind).toBe('info'));
  it('says that an agent of another version does not fit', () =>
    expect(noticeText(after([event({ event: 'hello', version: 2 })]), 0)?.kind).toBe('error'));
  it('is silent at the menu', () => expect(noticeText(after([hello, menuEvent, state('menu')]), 0)).toBeNull());
});
