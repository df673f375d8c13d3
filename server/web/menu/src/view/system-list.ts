import { entryIcons } from '../../../shared/icons';
import { localized, type Language } from '../../../shared/localized';
import type { Menu, MenuEntry } from '../../../shared/menu';
import { secondsLeft, type Model } from '../model';
import { sectionsOf, type Section } from '../sections';
import { say } from '../texts';
import { drawing, make, setAttribute, setText } from './dom';
import { pageIcons } from './icons';

interface Card {
  entry: MenuEntry;
  element: HTMLElement;
  badge: HTMLElement;
}

/** What is said of the entry that boots by itself: on a PC the agent's own countdown says when. */
function badgeText({ menu, language, source }: Model, entry: MenuEntry): string {
  if (menu?.auto?.id !== entry.id) return '';
  return source === 'agent' ? say(language, 'isDefault') : say(language, 'startsByItself', menu.auto);
}

/** The list of systems: one listbox that keeps the focus, whose active option is the highlighted card. */
export class SystemList {
  readonly element: HTMLElement;
  private readonly list: HTMLElement;
  private readonly empty = make('div', { class: 'empty', hidden: true });
  private cards: Card[] = [];
  private drawn: { menu: Menu; language: Language } | null = null;

  constructor(private readonly actions: { choose: (id: number) => void; point: (id: number) => void }) {
    this.list = make('div', { class: 'systems', role: 'listbox', tabindex: 0, id: 'systems' });
    this.element = make('div', { class: 'list-frame' }, this.list, this.empty);
  }

  focus(): void {
    this.list.focus({ preventScroll: true });
  }

  /** Scrolls the highlighted card into view. */
  reveal(): void {
    this.list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  /** How many cards lie side by side; the style sheet decides. */
  columns(): number {
    const top = this.cards[0]?.element.offsetTop;
    return Math.max(1, this.cards.filter((card) => card.element.offsetTop === top).length);
  }

  /** `now` is the page's monotonic clock in ms. */
  update(model: Model & { menu: Menu }, now: number): void {
    const { menu, language, selected } = model;
    if (this.drawn?.menu !== menu || this.drawn.language !== language) this.draw(menu, language);
    let moved = false;
    for (const { entry, element, badge } of this.cards) {
      const active = entry.id === selected;
      moved ||= active && element.getAttribute('aria-selected') !== 'true';
      setAttribute(element, 'aria-selected', String(active));
      if (active) setAttribute(this.list, 'aria-activedescendant', element.id);
      const counting = model.state?.state === 'countdown' && model.state.record === entry.record;
      setText(badge, counting ? say(language, 'startsIn', { seconds: secondsLeft(model, now) ?? 0 }) : badgeText(model, entry));
      badge.classList.toggle('counting', counting);
    }
    if (moved) this.reveal();
  }

  private draw(menu: Menu, language: Language): void {
    this.drawn = { menu, language };
    setAttribute(this.list, 'aria-label', say(language, 'systems'));
    this.cards = menu.entries.map((entry) => this.card(entry, language));
    const sections = sectionsOf(menu.entries, language);
    this.list.replaceChildren(...sections.flatMap((section) => this.section(section)));
    // Under headings, two columns would not end together.
    this.list.classList.toggle('many', this.cards.length > 5 && sections.length === 1);
    this.list.hidden = this.cards.length === 0;
    this.empty.hidden = this.cards.length > 0;
    this.empty.replaceChildren(
      make('p', { class: 'empty-title' }, say(language, 'noSystems')),
      make('p', {}, say(language, 'noSystemsHint')),
    );
  }

  private section({ heading, entries }: Section): HTMLElement[] {
    const cards = this.cards.filter(({ entry }) => entries.includes(entry)).map(({ element }) => element);
    if (!heading) return cards;
    const title = make('p', { class: 'group-title', 'aria-hidden': 'true' }, heading);
    return [make('div', { class: 'group', role: 'group', 'aria-label': heading }, title, ...cards)];
  }

  private card(entry: MenuEntry, language: Language): Card {
    const badge = make('span', { class: 'badge' });
    const description = localized(entry.description, language);
    const element = make(
      'div',
      { class: 'card', role: 'option', id: `system-${entry.id}`, 'aria-selected': 'false' },
      drawing(entryIcons[entry.icon], entry.icon),
      make(
        'span',
        { class: 'card-text' },
        make(
          'span',
          { class: 'card-title' },
          localized(entry.title, language),
          ...(entry.favourite ? [make('span', { class: 'star', role: 'img', 'aria-label': say(language, 'favourite') }, '★')] : []),
        ),
        ...(description ? [make('span', { class: 'card-description' }, description)] : []),
      ),
      badge,
      drawing(pageIcons.next, 'next'),
    );
    element.addEventListener('click', () => this.actions.choose(entry.id));
    // Not mouseenter: a list that moves under a resting pointer must not change the choice.
    element.addEventListener('mousemove', () => this.actions.point(entry.id));
    return { entry, element, badge };
  }
}
