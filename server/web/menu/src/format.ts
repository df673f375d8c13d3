/** Numbers as people read them. Sizes are decimal (1 MB = 1,000,000 bytes), as on a disk's label. */
import type { Language } from '../../shared/localized';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function inUnit(bytes: number, language: Language, suffix: '' | '-per-second'): string {
  let value = bytes;
  let at = 0;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    ++at;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: `${units[at] ?? 'byte'}${suffix}`,
    unitDisplay: at === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && at > 0 ? 1 : 0,
  }).format(value);
}

export const formatBytes = (bytes: number, language: Language) => inUnit(bytes, language, '');
export const formatRate = (rate: number, language: Language) => inUnit(rate, language, '-per-second');

/** "12 s", "3 min 20 s", "2 h 5 min": at most two parts, never more exact than an estimate can be. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Seconds that a transfer will still take; null while that cannot be said. */
export function timeLeft(bytes: number | null, total: number | null, rate: number | null): number | null {
  if (bytes === null || total === null || !rate || rate <= 0 || bytes > total) return null;
  return (total - bytes) / rate;
}
