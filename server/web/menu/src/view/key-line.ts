import { keyText } from '../key-text';
import type { Model } from '../model';
import { make, setText } from './dom';

/** The line about a key that waits to be confirmed, for whoever stands at the PC to compare. */
export class KeyLine {
  readonly element: HTMLElement;
  private readonly before = make('span');
  private readonly code = make('strong', { class: 'key-code' });
  private readonly after = make('span');

  constructor() {
    this.element = make('p', { class: 'key-line', role: 'status' }, this.before, this.code, this.after);
  }

  update(model: Model, shown: boolean): void {
    const text = shown ? keyText(model) : null;
    this.element.hidden = text === null;
    setText(this.before, text?.before ?? '');
    setText(this.code, text?.code ?? '');
    setText(this.after, text?.after ?? '');
  }
}
