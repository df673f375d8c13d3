import { localized, type Language } from '../../../shared/localized';
import type { Named } from '../api/types';

/** What a thing is called: a text for each language, or one for all. */
export const nameIn = ({ name }: Named, language: Language): string =>
  typeof name === 'string' ? name : localized(name, language);
