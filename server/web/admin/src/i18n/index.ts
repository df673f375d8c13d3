import { createI18n } from 'vue-i18n';
import { languages, pickLanguage, type Language } from '../../../shared/localized';
import { de } from './de';
import { en } from './en';

const key = 'farboot.language';

/** The choice of this browser, or what it prefers. A browser that keeps nothing is no reason to fail. */
function firstLanguage(): Language {
  try {
    const kept = languages.find((language) => language === localStorage.getItem(key));
    if (kept) return kept;
  } catch {
    // Storage is switched off.
  }
  return pickLanguage(navigator.languages);
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'en',
  messages: { de, en },
});

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language;
  try {
    localStorage.setItem(key, language);
  } catch {
    // It then lasts as long as the page.
  }
}
