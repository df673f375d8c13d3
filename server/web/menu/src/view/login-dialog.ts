import { localized } from '../../../shared/localized';
import type { Model } from '../model';
import type { Login } from '../protocol';
import { say } from '../texts';
import { make } from './dom';
import { qrCode } from './qr-code';

/** Shows what somebody opens on his phone to log in at this PC; closes by itself when he has. */
export class LoginDialog {
  readonly element: HTMLDialogElement;
  private drawn = '';

  constructor(private readonly actions: { again: () => void; stopped: () => void; closed: () => void }) {
    this.element = make('dialog', { class: 'dialog login', 'aria-labelledby': 'login-title' });
    this.element.addEventListener('close', actions.closed);
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault();
      actions.stopped();
    });
  }

  get open(): boolean {
    return this.element.open;
  }

  update({ login, language }: Model): void {
    if (!login) {
      this.drawn = '';
      if (this.element.open) this.element.close();
      return;
    }
    const drawn = JSON.stringify([login, language]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const back = this.button(say(language, 'back'), 'plain', this.actions.stopped);
    back.append(make('kbd', {}, 'Esc'));
    const again = login.state === 'code' ? [] : [this.button(say(language, 'loginAgain'), 'strong', this.actions.again)];
    this.element.replaceChildren(
      make('h2', { id: 'login-title' }, say(language, 'loginTitle')),
      ...this.content(login, language),
      make('div', { class: 'dialog-buttons' }, ...again, back),
    );
    if (!this.element.open) this.element.showModal();
    this.element.querySelector('button')?.focus();
  }

  private content(login: Login, language: Model['language']): Node[] {
    if (login.state === 'refused') return [make('p', {}, say(language, 'loginRefused'))];
    if (login.state === 'expired') return [make('p', {}, say(language, 'loginExpired'))];
    if (login.state === 'failed') return [make('p', {}, localized(login.sentence, language))];
    return [
      ...(login.qr.length ? [qrCode(login.qr, say(language, 'loginTitle'))] : []),
      make('p', {}, say(language, 'loginHint')),
      make('p', { class: 'login-url' }, login.url),
      make('p', { class: 'login-code' }, login.code),
      make('p', { class: 'login-private' }, say(language, 'loginPrivate')),
    ];
  }

  private button(text: string, kind: string, act: () => void): HTMLElement {
    const button = make('button', { type: 'button', class: kind }, text);
    button.addEventListener('click', act);
    return button;
  }
}
