/** The icons an entry may have, by the names of docs/http-api.md. */
export const iconNames = ['desktop', 'kiosk', 'terminal', 'windows', 'tool', 'vm'] as const;
export type IconName = (typeof iconNames)[number];

export function isIcon(value: unknown): value is IconName {
  return iconNames.some((name) => name === value);
}
