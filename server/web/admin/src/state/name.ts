import { localized, type Language } from '../../../shared/localized';
import type { Named } from '../api/types';

/** What a thing is called: a text for each language, or one for all. */
export function nameIn(thing: Named, language: Language): string {
  const name = 'title' in thing ? thing.title : thing.name;
  return typeof name === 'string' ? name : localized(name, language);
}
