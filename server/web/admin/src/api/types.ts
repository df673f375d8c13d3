/** The shapes of docs/http-api.md, version 1. */
import type { IconName } from '../../../shared/icon-names';
import type { Localized } from '../../../shared/localized';

export interface Session {
  user: string;
  /** Sent along with every change, as X-Farboot-Csrf. */
  csrf: string;
}

export type EntryKind = 'system' | 'vm';

/** What an admin decides of an entry. */
export interface EntryDraft {
  kind: EntryKind;
  /** `type/series` */
  record: string;
  title: Localized;
  description: Localized;
  icon: IconName;
  visible: boolean;
  /** Boots by itself after so many seconds; null: not. */
  auto_seconds: number | null;
}

export interface Entry extends EntryDraft {
  id: number;
  position: number;
}

export interface PublishedRecord {
  type: string;
  series: string;
  number: number;
  title: string;
  /** RFC 3339 */
  published: string;
}
