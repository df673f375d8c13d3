import { drawing, make, setText } from './dom';
import { pageIcons } from './icons';

export interface NoticeText {
  kind: 'error' | 'waiting' | 'countdown' | 'info';
  title: string;
  sentence: string;
  /** What changes every second, kept apart so that it is not read aloud each time. */
  ticking: string;
  hint: string;
}

const icons = {
  error: pageIcons.warning,
  waiting: pageIcons.clock,
  countdown: pageIcons.clock,
  info: pageIcons.eye,
} as const;

/** What the person has to know now: an error, a wait, a countdown. */
export class Notice {
  readonly element: HTMLElement;
  private readonly icon = make('div', { class: 'notice-icon' });
  private readonly title = make('p', { class: 'notice-title' });
  private readonly sentence = make('p', { class: 'notice-sentence' });
  private readonly hint = make('p', { class: 'notice-hint' });
  private readonly ticking = make('p', { class: 'notice-ticking', 'aria-live': 'off' });
  private drawn = '';

  constructor() {
    this.element = make(
      'aside',
      { class: 'notice', hidden: true },
      this.icon,
      make('div', { class: 'notice-text', role: 'alert' }, this.title, this.sentence, this.hint),
      this.ticking,
    );
  }

  /** Returns true if the notice has come, gone or changed its kind. */
  update(text: NoticeText | null): boolean {
    const changed = this.drawn !== (text?.kind ?? '');
    this.element.hidden = text === null;
    if (!text) {
      this.drawn = '';
      for (const part of [this.title, this.sentence, this.hint, this.ticking]) setText(part, '');
      return changed;
    }
    if (this.drawn !== text.kind) {
      this.drawn = text.kind;
      this.element.className = `notice notice-${text.kind}`;
      this.icon.replaceChildren(drawing(icons[text.kind]));
    }
    setText(this.title, text.title);
    setText(this.sentence, text.sentence);
    setText(this.hint, text.hint);
    setText(this.ticking, text.ticking);
    return changed;
  }
}
