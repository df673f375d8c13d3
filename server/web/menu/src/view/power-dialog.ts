import type { Language } from '../../../shared/localized';
import { say } from '../texts';
import { drawing, make } from './dom';
import { pageIcons } from './icons';

type Action = 'reboot' | 'power-off';

const names = {
  reboot: { name: 'reboot', sure: 'rebootSure', icon: pageIcons.restart },
  'power-off': { name: 'powerOff', sure: 'powerOffSure', icon: pageIcons.power },
} as const;

/** Restart or power off: a choice, then a question whether it is meant. */
export class PowerDialog {
  readonly element: HTMLDialogElement;
  private readonly title = make('h2', { id: 'power-title' });
  private readonly buttons = make('div', { class: 'dialog-buttons' });

  constructor(private readonly actions: { confirmed: (action: Action) => void; closed: () => void }) {
    this.element = make('dialog', { class: 'dialog', 'aria-labelledby': 'power-title' }, this.title, this.buttons);
    this.element.addEventListener('close', actions.closed);
    this.element.addEventListener('keydown', (event) => this.key(event));
  }

  get open(): boolean {
    return this.element.open;
  }

  show(language: Language): void {
    this.title.textContent = say(language, 'powerTitle');
    const choice = (action: Action) =>
      this.button(say(language, names[action].name), names[action].icon, 'plain', () => this.ask(language, action));
    this.buttons.replaceChildren(choice('power-off'), choice('reboot'), this.back(language));
    if (!this.element.open) this.element.showModal();
    this.focusFirst();
  }

  private ask(language: Language, action: Action): void {
    const { name, sure, icon } = names[action];
    this.title.textContent = say(language, sure);
    const confirm = this.button(say(language, name), icon, 'strong', () => {
      this.element.close();
      this.actions.confirmed(action);
    });
    this.buttons.replaceChildren(confirm, this.back(language));
    this.focusFirst();
  }

  private back(language: Language): HTMLElement {
    const button = this.button(say(language, 'back'), '', 'plain', () => this.element.close());
    button.append(make('kbd', {}, 'Esc'));
    return button;
  }

  private button(text: string, icon: string, kind: string, act: () => void): HTMLElement {
    const button = make('button', { type: 'button', class: kind }, ...(icon ? [drawing(icon)] : []), text);
    button.addEventListener('click', act);
    return button;
  }

  private focusFirst(): void {
    this.buttons.querySelector('button')?.focus();
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const all = [...this.buttons.querySelectorAll('button')];
    const at = all.findIndex((button) => button === document.activeElement);
    all[(at + step + all.length) % all.length]?.focus();
    event.preventDefault();
  }
}
