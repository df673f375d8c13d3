import type { Language } from '../../../shared/localized';
import { screenOf, type Model, type Screen } from '../model';
import { noticeText } from '../notice-text';
import { say, type TextName } from '../texts';
import { make, setAttribute, setText } from './dom';
import { KeyLine } from './key-line';
import { LoginDialog } from './login-dialog';
import { Notice } from './notice';
import { PowerDialog } from './power-dialog';
import { ProgressPanel } from './progress-panel';
import { SystemList } from './system-list';
import { TopBar } from './top-bar';

export interface PageActions {
  choose: (id: number) => void;
  point: (id: number) => void;
  cancel: () => void;
  person: () => void;
  logIn: () => void;
  stopLogin: () => void;
  language: () => void;
  power: () => void;
  confirmed: (action: 'reboot' | 'power-off') => void;
}

/** The whole page; draws a model. */
export class Page {
  readonly list: SystemList;
  readonly power: PowerDialog;
  readonly login: LoginDialog;
  private readonly top: TopBar;
  private readonly notice = new Notice();
  private readonly key = new KeyLine();
  private readonly progress: ProgressPanel;
  private readonly heading = make('h1');
  private readonly menu: HTMLElement;
  private readonly connecting = make('p', { class: 'connecting', role: 'status' });
  private readonly keys = make('p', { class: 'keys', 'aria-hidden': 'true' });
  private readonly server = make('p', { class: 'server' });
  private readonly spoken = make('p', { class: 'spoken', role: 'status' });
  private screen: Screen | null = null;
  private drawnKeys = '';

  constructor(root: HTMLElement, actions: PageActions) {
    this.top = new TopBar(actions);
    this.list = new SystemList(actions);
    this.progress = new ProgressPanel(actions);
    this.power = new PowerDialog({ confirmed: actions.confirmed, closed: () => this.refocus() });
    this.login = new LoginDialog({ again: actions.logIn, stopped: actions.stopLogin, closed: () => this.refocus() });
    this.menu = make('section', { class: 'menu' }, this.heading, this.list.element);
    root.replaceChildren(
      this.top.element,
      make('main', {}, this.notice.element, this.connecting, this.menu, this.progress.element, this.key.element),
      make('footer', { class: 'bottom' }, this.keys, this.server),
      this.spoken,
      this.power.element,
      this.login.element,
    );
  }

  update(model: Model, now: number): void {
    const { language } = model;
    const screen = screenOf(model);
    setAttribute(document.documentElement, 'lang', language);
    if (document.title !== say(language, 'documentTitle')) document.title = say(language, 'documentTitle');
    const agent = model.source === 'agent';
    this.top.update(language, agent, agent ? (model.menu?.person ?? (model.menu?.login ? '' : null)) : null);
    this.login.update(model);
    const noticed = this.notice.update(noticeText(model, now));
    this.connecting.hidden = screen !== 'connecting';
    this.menu.hidden = screen !== 'menu';
    this.progress.element.hidden = screen !== 'progress';
    this.key.update(model, screen === 'menu');
    if (screen === 'connecting') setText(this.connecting, this.connectingText(model));
    if (screen === 'menu' && model.menu) {
      setText(this.heading, say(language, 'heading'));
      this.list.update({ ...model, menu: model.menu }, now);
      // A notice that came or went has changed the room for the list.
      if (noticed) this.list.reveal();
    }
    if (screen === 'progress') this.progress.update(model);
    setText(this.spoken, screen === 'progress' && model.asked === null ? say(language, model.step) : '');
    this.updateBottom(model, screen);
    if (screen !== this.screen) {
      this.screen = screen;
      this.refocus();
    }
  }

  private refocus(): void {
    if (this.power.open || this.login.open) return;
    if (this.screen === 'menu') this.list.focus();
    if (this.screen === 'progress') this.progress.focus();
  }

  private connectingText(model: Model): string {
    const state = model.state?.state;
    if (state === 'error' || state === 'waiting') return '';
    if (state === 'network') return say(model.language, 'connectingNetwork');
    if (state === 'server') return say(model.language, 'connectingServer');
    return say(model.language, 'connecting');
  }

  private updateBottom(model: Model, screen: Screen): void {
    const { language } = model;
    const known = model.pc ? `${say(language, 'thisPc', { id: String(model.pc.id) })} · ` : '';
    setText(this.server, known + this.serverText(model));
    const drawn = `${language} ${screen} ${model.source}`;
    if (drawn === this.drawnKeys) return;
    this.drawnKeys = drawn;
    this.keys.replaceChildren(...this.keyHints(language, screen, model.source === 'agent'));
  }

  private keyHints(language: Language, screen: Screen, agent: boolean): HTMLElement[] {
    const hint = (keys: string[], text: TextName) =>
      make('span', { class: 'hint' }, ...keys.map((key) => make('kbd', {}, key)), ` ${say(language, text)}`);
    const hints: HTMLElement[] = [];
    if (screen === 'menu') hints.push(hint(['↑', '↓'], 'hintChoose'));
    if (screen === 'menu' && agent) hints.push(hint(['Enter'], 'hintStart'));
    if (screen === 'progress') hints.push(hint(['Esc'], 'hintCancel'));
    return hints;
  }

  private serverText(model: Model): string {
    const { language } = model;
    if (model.source === 'server') return say(language, 'viewOnlyShort');
    const away = !model.server || model.state?.state === 'network' || model.state?.state === 'waiting';
    return away ? say(language, 'notConnected') : say(language, 'connected', { server: hostOf(model.server) });
  }
}

function hostOf(server: string): string {
  try {
    return new URL(server).host;
  } catch {
    return server;
  }
}
