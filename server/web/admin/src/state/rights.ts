/** What somebody may do, as pure functions of what the server says of his session (docs/users.md). */

export const rights = [
  'catalog.read',
  'entries.edit',
  'locations.edit',
  'settings.edit',
  'rules.edit',
  'records.publish',
  'store.upload',
  'pcs.manage',
  'pcs.confirm',
  'users.manage',
  'audit.read',
  'uploads.send',
  'restricted.read',
] as const;
export type Right = (typeof rights)[number];

/** Rights at a location and below it, for one object, or, with neither, for everything. */
export interface Grant {
  rights: readonly Right[];
  location?: number | undefined;
  object?: string | undefined;
}

type Grants = readonly Grant[];
type Parents = ReadonlyMap<number, number | null>;

const holds = (grant: Grant, right: Right) => grant.rights.includes(right);
const forAll = ({ location, object }: Grant) => location === undefined && !object;

export const everywhere = (grants: Grants, right: Right) =>
  grants.some((grant) => forAll(grant) && holds(grant, right));

export const somewhere = (grants: Grants, right: Right) => grants.some((grant) => holds(grant, right));

/** At a location or one above it; null asks for everything. */
export function at(grants: Grants, right: Right, location: number | null, parents: Parents): boolean {
  if (everywhere(grants, right)) return true;
  const held = new Set(grants.filter((grant) => holds(grant, right)).map((grant) => grant.location));
  const seen = new Set<number>();
  for (let id = location; id !== null && !seen.has(id); id = parents.get(id) ?? null) {
    if (held.has(id)) return true;
    seen.add(id);
  }
  return false;
}

export const on = (grants: Grants, right: Right, object: string) =>
  grants.some((grant) => holds(grant, right) && (forAll(grant) || grant.object === object));
