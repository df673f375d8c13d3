import { describe, expect, it } from 'vitest';
import { localized, pickLanguage } from './localized';

describe('localized', () => {
  it('takes the language asked for', () => expect(localized({ de: 'Eins', en: 'One' }, 'de')).toBe('Eins'));
  it('falls back to the other language', () => expect(localized({ en: 'One' }, 'de')).toBe('One'));
  it('falls back from an empty text too', () => expect(localized({ de: '', en: 'One' }, 'de')).toBe('One'));
  it('is empty without any text', () => expect(localized(null, 'en')).toBe(''));
});

describe('pickLanguage', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['fr', 'de'], 'de'],
    [['de_DE.UTF-8'], 'de'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('makes of %j %s', (wanted, language) => expect(pickLanguage(wanted)).toBe(language));
});
