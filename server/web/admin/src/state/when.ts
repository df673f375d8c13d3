/** A moment as people write it; what is no moment stays as it is. */
export function momentText(iso: string | null, locale: string): string {
  const date = new Date(iso ?? '');
  if (Number.isNaN(date.getTime())) return iso ?? '';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** A moment of the browser's clock, "2026-02-10T09:30", as the server writes it; null where it is none. */
export function utcOf(local: string): string | null {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(/\.\d+Z$/, 'Z');
}
