/** Which roles somebody has, and where, in words. */
import type { Language } from '../../../shared/localized';
import type { RoleGrant } from '../api/types';
import { nameIn } from './name';
import { roles } from './people';
import { locations } from './places';

function placeOf({ location, object }: RoleGrant, language: Language): string {
  const place = location ? locations.find(location) : undefined;
  const text = place ? nameIn(place, language) : location ? `location:${location}` : object;
  return text ? ` (${text})` : '';
}

export function roleTexts(grants: readonly RoleGrant[], language: Language): string[] {
  return grants.map((grant) => {
    const role = roles.find(grant.role);
    return (role ? nameIn(role, language) : String(grant.role)) + placeOf(grant, language);
  });
}
