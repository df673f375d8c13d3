/** What stands under which heading in the list of systems, as pure functions. */
import { localized, type Language } from '../../shared/localized';
import type { MenuEntry } from '../../shared/menu';

export interface Section {
  /** Empty: none. */
  heading: string;
  entries: MenuEntry[];
}

/** The entries in their order, which has those of a group together. Favourites come first, under no heading. */
export function sectionsOf(entries: readonly MenuEntry[], language: Language): Section[] {
  const sections: Section[] = [];
  for (const entry of entries) {
    const heading = entry.favourite || !entry.group ? '' : localized(entry.group, language);
    const last = sections[sections.length - 1];
    if (last?.heading === heading) last.entries.push(entry);
    else sections.push({ heading, entries: [entry] });
  }
  return sections;
}
