import type { Version } from '../api/types';

/** What can be done with a version of a record. */
export type VersionAction = 'publish' | 'rollBack' | 'retire' | 'revoke' | 'unrevoke';

/** What may be done with a version, by its state. */
export function actionsOf(version: Version): VersionAction[] {
  switch (version.state) {
    case 'draft':
      return ['publish', 'retire'];
    case 'published':
      return version.current ? ['retire', 'revoke'] : ['rollBack', 'retire', 'revoke'];
    case 'retired':
      return ['publish', 'revoke'];
    case 'revoked':
      return ['unrevoke'];
  }
}
