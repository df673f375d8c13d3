import { expect, it } from 'vitest';
import { keyText } from './key-text';

const pc = { id: 12, key: 'waiting', code: 'k7qm-2xpa' } as const;
const whole = (...asked: Parameters<typeof keyText>) => {
  const text = keyText(...asked);
  return text && text.before + text.code + text.after;
};

it('says that a key waits, with its code apart', () => {
  expect(keyText({ pc, language: 'en' })?.code).toBe('k7qm-2xpa');
  expect(whole({ pc, language: 'en' })).toBe('PC 12: the key k7qm-2xpa waits to be confirmed.');
  expect(whole({ pc, language: 'de' })).toBe('PC 12: Der Schlüssel k7qm-2xpa wartet auf Bestätigung.');
});

it('says that the PC is enrolled with another key, or with one that it does not have', () => {
  expect(whole({ pc: { ...pc, key: 'other' }, language: 'en' })).toMatch(/^PC 12 is enrolled .* k7qm-2xpa waits/);
  expect(whole({ pc: { ...pc, key: 'other', code: null }, language: 'en' })).toMatch(/that this PC does not have\.$/);
});

it('says nothing where there is nothing to do', () => {
  for (const key of ['none', 'confirmed'] as const) expect(keyText({ pc: { ...pc, key }, language: 'en' })).toBeNull();
  expect(keyText({ pc: null, language: 'en' })).toBeNull();
});
