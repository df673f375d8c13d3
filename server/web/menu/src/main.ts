import '../../shared/inter.css';
import './menu.css';
import { localized, pickLanguage, type Localized } from '../../shared/localized';
import { Agent, agentTransport } from './agent';
import { listenToKeys } from './keyboard';
import { emptyModel, screenOf, secondsLeft, withEvent, withServerMenu, type Model } from './model';
import type { AgentState, Command } from './protocol';
import { fetchMenu } from './server-menu';
import { say } from './texts';
import { Page } from './view/page';

const silentAfter = 20_000;
const retrySeconds = 10;
const root = document.getElementById('page') ?? document.body;

let model = emptyModel(pickLanguage(navigator.languages));
let agent: Agent | null = null;
let readySent = false;

function show(next: Model): void {
  model = next;
  page.update(model, performance.now());
  if (!readySent && agent && model.menu) {
    readySent = true;
    // Two frames later the menu has been painted.
    requestAnimationFrame(() => requestAnimationFrame(() => send({ command: 'page-ready' })));
  }
}

function send(command: Command): void {
  agent?.send(command);
}

/** Stops the countdown to an automatic start: whoever presses a key wants to choose. */
function stopCountdown(): void {
  if (model.state?.state === 'countdown') send({ command: 'cancel' });
}

function select(id: number): void {
  if (id === model.selected) return;
  stopCountdown();
  show({ ...model, selected: id });
}

function start(id: number | null): void {
  const entry = model.menu?.entries.find((candidate) => candidate.id === id);
  if (!entry || !agent || model.foreign) return;
  send({ command: 'boot', record: entry.record });
  show({ ...model, selected: entry.id, asked: entry.record, state: null, share: 0, step: 'fetching', deadline: null });
}

function cancel(): void {
  send({ command: 'cancel' });
  if (model.asked !== null) show({ ...model, asked: null });
}

function switchLanguage(): void {
  show({ ...model, language: model.language === 'de' ? 'en' : 'de', languageChosen: true });
  if (page.power.open) page.power.show(model.language);
}

/** Somebody logs in, or who has logged in leaves. */
function person(): void {
  if (!agent || (!model.menu?.person && !model.menu?.login)) return;
  stopCountdown();
  send({ command: model.menu.person ? 'log-out' : 'log-in' });
}

function power(): void {
  if (!agent) return;
  stopCountdown();
  page.power.show(model.language);
}

const page = new Page(root, {
  choose: start,
  point: select,
  cancel,
  person,
  logIn: () => send({ command: 'log-in' }),
  stopLogin: () => send({ command: 'log-out' }),
  language: switchLanguage,
  power,
  confirmed: (command) => send({ command }),
});

listenToKeys(document, {
  list: () => {
    const entries = screenOf(model) === 'menu' ? (model.menu?.entries ?? []) : [];
    return entries.length === 0
      ? null
      : {
          index: entries.findIndex((entry) => entry.id === model.selected),
          entries: entries.map(({ title, tags }) => ({ title: localized(title, model.language), tags })),
          columns: page.list.columns(),
        };
  },
  modal: () => page.power.open || page.login.open,
  select: (index) => select(model.menu?.entries[index]?.id ?? -1),
  start: () => start(model.selected),
  cancel,
  person,
  language: switchLanguage,
  power,
});

// A resting finger on the mouse opens no context menu over the list.
document.addEventListener('contextmenu', (event) => event.preventDefault());

/** A state that the page itself is in, where no agent says one. */
function ownState(state: 'waiting' | 'error', sentence: Localized, seconds: number | null): AgentState {
  return {
    state,
    sentence,
    seconds,
    record: null,
    title: {},
    bytes: null,
    total: null,
    rate: null,
    reason: null,
  };
}

async function showServerMenu(): Promise<void> {
  try {
    show(withServerMenu(model, await fetchMenu(document.baseURI), location.origin));
  } catch {
    const server = location.host;
    const sentence = { de: say('de', 'menuUnreachable', { server }), en: say('en', 'menuUnreachable', { server }) };
    show({
      ...model,
      source: 'server',
      state: ownState('waiting', sentence, retrySeconds),
      deadline: performance.now() + retrySeconds * 1000,
    });
    setTimeout(() => void showServerMenu(), retrySeconds * 1000);
  }
}

const transport = agentTransport();
if (transport) {
  agent = new Agent(transport, (event) => show(withEvent(model, event, performance.now())));
  setTimeout(() => {
    if (model.source !== 'unknown') return;
    const sentence = { de: say('de', 'agentSilent'), en: say('en', 'agentSilent') };
    show({ ...model, state: ownState('error', sentence, null) });
  }, silentAfter);
} else {
  void showServerMenu();
}

show(model);
// Countdowns tick; nothing else moves by itself.
setInterval(() => {
  if (secondsLeft(model, performance.now()) !== null) page.update(model, performance.now());
}, 250);
