/** Favourites, as pure functions. */
import type { Localized } from '../../shared/localized';

export interface AccountEntry {
  id: number;
  kind: 'system' | 'vm';
  title: Localized;
}

/** The favourites first, in their order; then the others as menus have them. */
export function ordered({ entries, favourites }: { entries: AccountEntry[]; favourites: number[] }): AccountEntry[] {
  const chosen = favourites.flatMap((id) => entries.filter((entry) => entry.id === id));
  return [...chosen, ...entries.filter((entry) => !favourites.includes(entry.id))];
}

/** Without an entry that was among them, or with one more at the end. */
export const toggled = (favourites: readonly number[], id: number): number[] =>
  favourites.includes(id) ? favourites.filter((each) => each !== id) : [...favourites, id];
