import { moved, Typeahead, type Findable } from './navigation';

export interface KeyActions {
  /** The highlighted entry's index, what they are found by in order, and how many lie side by side; null when no list is shown. */
  list: () => { index: number; entries: Findable[]; columns: number } | null;
  /** True while the keys belong to a dialog. */
  modal: () => boolean;
  select: (index: number) => void;
  start: () => void;
  cancel: () => void;
  person: () => void;
  language: () => void;
  power: () => void;
}

/** Brings the page's keys to `actions`, wherever the focus is: on a PC without a mouse nothing else brings it back. */
export function listenToKeys(target: Document, actions: KeyActions): void {
  const typeahead = new Typeahead();

  function handle(event: KeyboardEvent): boolean {
    if (event.key === 'F2') return (actions.language(), true);
    if (actions.modal() || event.ctrlKey || event.altKey || event.metaKey) return false;
    if (event.key === 'F4') return (actions.person(), true);
    if (event.key === 'F10') return (actions.power(), true);
    if (event.key === 'Escape') return (actions.cancel(), true);
    const list = actions.list();
    if (!list) return false;
    // A focused button keeps the keys that press it.
    const onButton = event.target instanceof HTMLButtonElement;
    if (onButton && (event.key === 'Enter' || event.key === ' ')) return false;
    if (event.key === 'Enter') return (event.repeat || actions.start(), true);
    const to = moved(event.key, list.index, list.entries.length, list.columns);
    if (to !== null) return (actions.select(to), true);
    if (event.key.length !== 1) return false;
    const found = typeahead.find(event.key, list.entries, list.index, event.timeStamp);
    if (found !== null) actions.select(found);
    return found !== null;
  }

  target.addEventListener('keydown', (event) => {
    if (handle(event)) event.preventDefault();
  });
}
