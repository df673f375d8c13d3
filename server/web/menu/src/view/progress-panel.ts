import { localized, type Language } from '../../../shared/localized';
import { formatBytes, formatRate, formatSeconds, timeLeft } from '../format';
import { steps, titleOf, entryOf, type Model } from '../model';
import { say, type TextName } from '../texts';
import { entryIcons } from '../../../shared/icons';
import { drawing, make, setAttribute, setText } from './dom';
import { pageIcons } from './icons';

const stepText = {
  fetching: 'fetchingText',
  verifying: 'verifyingText',
  loading: 'loadingText',
  handover: 'handoverText',
} as const satisfies Record<(typeof steps)[number], TextName>;

/** The start of a system: its steps, the running transfer, and the way back. */
export class ProgressPanel {
  readonly element: HTMLElement;
  private readonly icon = make('div', { class: 'progress-icon' });
  private readonly kicker = make('p', { class: 'kicker' });
  private readonly title = make('h1', { id: 'progress-title', tabindex: -1 });
  private readonly steps = steps.map((step) => {
    const name = make('span');
    const dot = make('span', { class: 'dot' }, drawing(pageIcons.check));
    return { step, name, element: make('li', { 'data-step': step }, dot, name) };
  });
  private readonly fill = make('div', { class: 'bar-fill' });
  private readonly bar = make(
    'div',
    { class: 'bar', role: 'progressbar', 'aria-labelledby': 'progress-title', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    this.fill,
  );
  private readonly text = make('p', { class: 'progress-text' });
  private readonly amount = make('span', { class: 'amount' });
  private readonly rate = make('span');
  private readonly left = make('span');
  private readonly cancelText = make('span');
  private readonly cancel: HTMLButtonElement;
  private drawnIcon = '';

  constructor(actions: { cancel: () => void }) {
    this.cancel = make(
      'button',
      { type: 'button', id: 'cancel', class: 'plain' },
      this.cancelText,
      make('kbd', {}, 'Esc'),
    );
    this.cancel.addEventListener('click', actions.cancel);
    this.element = make(
      'section',
      { class: 'progress', 'aria-labelledby': 'progress-title' },
      make('div', { class: 'progress-head' }, this.icon, make('div', {}, this.kicker, this.title)),
      make('ol', { class: 'steps' }, ...this.steps.map((step) => step.element)),
      this.bar,
      make('p', { class: 'figures' }, this.amount, this.rate, this.left),
      this.text,
      this.cancel,
    );
  }

  /** The heading takes the focus, not the button: a second Enter must not cancel what the first has started. */
  focus(): void {
    this.title.focus({ preventScroll: true });
  }

  update(model: Model): void {
    const { language, state } = model;
    const icon = entryOf(model)?.icon ?? 'desktop';
    if (icon !== this.drawnIcon) {
      this.drawnIcon = icon;
      this.icon.replaceChildren(drawing(entryIcons[icon], icon));
    }
    setText(this.kicker, say(language, 'starting'));
    setText(this.title, localized(titleOf(model), language));
    const asked = model.asked !== null;
    const current = asked ? -1 : steps.indexOf(model.step);
    this.steps.forEach(({ step, name, element }, at) => {
      setText(name, say(language, step));
      element.classList.toggle('done', at < current);
      element.classList.toggle('current', at === current);
      if (at === current) element.setAttribute('aria-current', 'step');
      else element.removeAttribute('aria-current');
    });
    const percent = asked ? 0 : model.step === 'handover' ? 100 : Math.floor(model.share * 100);
    setAttribute(this.bar, 'aria-valuenow', String(percent));
    setAttribute(this.bar, 'aria-valuetext', this.spoken(model, percent));
    this.fill.style.width = `${percent}%`;
    this.figures(model, asked ? null : state);
    setText(this.text, say(language, asked ? 'asked' : stepText[model.step]));
    setText(this.cancelText, say(language, 'cancel'));
    this.cancel.hidden = state?.state === 'handover';
  }

  private figures(model: Model, state: Model['state']): void {
    const { language } = model;
    const transfer = state && state.state !== 'waiting' && state.total ? state : null;
    const left = transfer ? timeLeft(transfer.bytes, transfer.total, transfer.rate) : null;
    setText(this.amount, transfer ? this.amountText(transfer.bytes ?? 0, transfer.total ?? 0, language) : '');
    setText(this.rate, transfer?.rate ? formatRate(transfer.rate, language) : '');
    setText(this.left, left !== null && left > 0 ? say(language, 'left', { time: formatSeconds(left) }) : '');
  }

  private amountText(bytes: number, total: number, language: Language): string {
    return say(language, 'amount', { bytes: formatBytes(bytes, language), total: formatBytes(total, language) });
  }

  private spoken(model: Model, percent: number): string {
    return `${say(model.language, model.step)}: ${percent} %`;
  }
}
