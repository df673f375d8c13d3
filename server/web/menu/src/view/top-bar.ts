import type { Language } from '../../../shared/localized';
import { say } from '../texts';
import { drawing, make, setAttribute, setText } from './dom';
import { pageIcons } from './icons';

/** Mark, language and power. */
export class TopBar {
  readonly element: HTMLElement;
  private readonly language = make('span');
  private readonly power = make('span');
  private readonly person = make('span');
  private readonly personButton: HTMLButtonElement;
  private readonly languageButton: HTMLButtonElement;
  private readonly powerButton: HTMLButtonElement;

  constructor(actions: { person: () => void; language: () => void; power: () => void }) {
    this.personButton = make('button', { type: 'button', class: 'quiet', id: 'person' }, this.person, make('kbd', {}, 'F4'));
    this.personButton.addEventListener('click', actions.person);
    this.languageButton = make(
      'button',
      { type: 'button', class: 'quiet', id: 'language' },
      drawing(pageIcons.language),
      this.language,
      make('kbd', {}, 'F2'),
    );
    this.powerButton = make(
      'button',
      { type: 'button', class: 'quiet', id: 'power', 'aria-haspopup': 'dialog' },
      drawing(pageIcons.power),
      this.power,
      make('kbd', {}, 'F10'),
    );
    this.languageButton.addEventListener('click', actions.language);
    this.powerButton.addEventListener('click', actions.power);
    this.element = make(
      'header',
      { class: 'top' },
      make('div', { class: 'mark' }, drawing(pageIcons.logo, 'logo'), make('span', {}, 'Farboot')),
      make('div', { class: 'top-actions' }, this.personButton, this.languageButton, this.powerButton),
    );
  }

  /** `person`: who has logged in; empty: somebody may; null: nobody may. */
  update(language: Language, hasPower: boolean, person: string | null): void {
    this.personButton.hidden = person === null;
    setText(this.person, person ? say(language, 'logOut', { name: person }) : say(language, 'logIn'));
    setText(this.language, say(language, 'language'));
    setAttribute(this.languageButton, 'aria-label', say(language, 'languageLabel'));
    setText(this.power, say(language, 'power'));
    this.powerButton.hidden = !hasPower;
  }
}
