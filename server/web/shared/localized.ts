/** The languages the pages speak. */
export const languages = ['de', 'en'] as const;
export type Language = (typeof languages)[number];

/** A text as the catalog and the agent send it; either language may be missing. */
export interface Localized {
  de?: string | undefined;
  en?: string | undefined;
}

/** The text in `language`, or in the other one where that is missing or empty. */
export function localized(text: Localized | null | undefined, language: Language): string {
  const other: Language = language === 'de' ? 'en' : 'de';
  return text?.[language] || text?.[other] || '';
}

/** The first of `wanted` (tags such as "de-AT") that the pages speak; English where none is. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split(/[-_.]/)[0];
    const found = languages.find((language) => language === base);
    if (found) return found;
  }
  return 'en';
}
