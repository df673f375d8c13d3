/** What the page shows, as plain data: every event makes a new model, the views draw it. */
import type { Language, Localized } from '../../shared/localized';
import type { Menu, MenuEntry } from '../../shared/menu';
import type { AgentEvent, AgentState, KnownPc, Login, StateName } from './protocol';
import { protocolVersion } from './protocol';

/** Where the menu comes from: not known yet, the agent beside the browser, or (to look at only) the server itself. */
export type Source = 'unknown' | 'agent' | 'server';

export interface Model {
  language: Language;
  /** The person has chosen the language; the agent's own no longer counts. */
  languageChosen: boolean;
  source: Source;
  server: string;
  menu: Menu | null;
  /** Who the server takes this PC for; null: not known. */
  pc: KnownPc | null;
  /** Of somebody who logs in; null: nobody does. */
  login: Login | null;
  /** The id of the highlighted entry. */
  selected: number | null;
  state: AgentState | null;
  /** When the running countdown ends, on the page's monotonic clock (ms). */
  deadline: number | null;
  /** The record the person has asked for while the agent has not answered yet. */
  asked: string | null;
  /** The step of the start that was reached last, so that `waiting` can keep showing it. */
  step: Step;
  /** The share of the transfer that was reached last, 0 … 1. */
  share: number;
  /** The agent speaks another version of the protocol than this page. */
  foreign: boolean;
}

export const steps = ['fetching', 'verifying', 'loading', 'handover'] as const satisfies readonly StateName[];
export type Step = (typeof steps)[number];

export type Screen = 'connecting' | 'menu' | 'progress';

export function emptyModel(language: Language): Model {
  return {
    language,
    languageChosen: false,
    source: 'unknown',
    server: '',
    menu: null,
    pc: null,
    login: null,
    selected: null,
    state: null,
    deadline: null,
    asked: null,
    step: 'fetching',
    share: 0,
    foreign: false,
  };
}

const stepOf = (state: StateName): Step | undefined => steps.find((step) => step === state);

/** The screen that a model is drawn on. */
export function screenOf(model: Model): Screen {
  const state = model.state;
  if (model.asked !== null) return 'progress';
  if (state && (stepOf(state.state) || (state.state === 'waiting' && state.record !== null))) return 'progress';
  return model.menu ? 'menu' : 'connecting';
}

/** The entry that is being started, counted down to, or that failed. */
export function entryOf(model: Model): MenuEntry | undefined {
  const record = model.asked ?? model.state?.record;
  return model.menu?.entries.find((entry) => entry.record === record);
}

/** The name of what is being started: the menu's, since it is in both languages, or the record's own. */
export function titleOf(model: Model): Localized {
  return entryOf(model)?.title ?? model.state?.title ?? {};
}

function withMenu(model: Model, menu: Menu): Model {
  const listed = (id: number | null | undefined) => menu.entries.find((entry) => entry.id === id)?.id;
  const first = listed(menu.default) ?? listed(menu.auto?.id) ?? menu.entries[0]?.id ?? null;
  return { ...model, menu, selected: listed(model.selected) ?? first };
}

function withState(model: Model, state: AgentState, now: number): Model {
  const step = stepOf(state.state);
  const restarted = state.record !== (model.state?.record ?? null);
  const share = state.total ? Math.min(1, (state.bytes ?? 0) / state.total) : restarted ? 0 : model.share;
  const counted = model.menu?.entries.find((entry) => entry.record === state.record);
  return {
    ...model,
    state,
    asked: null,
    step: step ?? (restarted ? 'fetching' : model.step),
    share,
    deadline: state.seconds === null ? null : now + state.seconds * 1000,
    selected: state.state === 'countdown' && counted ? counted.id : model.selected,
  };
}

/** The model after an event of the agent; `now` is the page's monotonic clock in ms. */
export function withEvent(model: Model, event: AgentEvent, now: number): Model {
  switch (event.event) {
    case 'hello':
      return {
        ...model,
        source: 'agent',
        server: event.server,
        language: model.languageChosen ? model.language : event.language,
        foreign: event.version !== protocolVersion,
      };
    case 'menu':
      return withMenu({ ...model, source: 'agent' }, event.menu);
    case 'pc':
      return { ...model, source: 'agent', pc: event.pc };
    case 'login':
      return { ...model, login: event.login.state === 'none' ? null : event.login };
    case 'state':
      return withState({ ...model, source: 'agent' }, event, now);
  }
}

/** The menu as the server itself gave it to a page without an agent. */
export function withServerMenu(model: Model, menu: Menu, server: string): Model {
  return withMenu({ ...model, source: 'server', server, state: null, deadline: null }, menu);
}

/** Whole seconds left of the running countdown; null without one. */
export function secondsLeft(model: Model, now: number): number | null {
  return model.deadline === null ? null : Math.max(0, Math.ceil((model.deadline - now) / 1000));
}
