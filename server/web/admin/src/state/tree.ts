/** The tree of locations, as pure functions of their list. */
import { localized, type Language } from '../../../shared/localized';
import type { Location, LocationDraft } from '../api/types';

export interface Branch {
  location: Location;
  branches: Branch[];
}

/** The roots with what is inside of them, by name. A parent that is not listed makes a root. */
export function treeOf(list: readonly Location[], language: Language): Branch[] {
  const branches = new Map(list.map((location) => [location.id, { location, branches: [] as Branch[] }]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branch.location.parent === null ? undefined : branches.get(branch.location.parent);
    (parent?.branches ?? roots).push(branch);
  }
  const nameOf = ({ location }: Branch) => localized(location.name, language);
  const order = new Intl.Collator(language, { numeric: true });
  for (const { branches: inside } of [{ branches: roots }, ...branches.values()]) {
    inside.sort((a, b) => order.compare(nameOf(a), nameOf(b)));
  }
  return roots;
}

/** Names from the root down, such as "Campus › Building A › Room 12"; all at once, since lists are long. */
export function pathsOf(list: readonly Location[], language: Language): Map<number, string> {
  const paths = new Map<number, string>();
  const walk = (branches: Branch[], above: string) => {
    for (const { location, branches: inside } of branches) {
      const path = above + localized(location.name, language);
      paths.set(location.id, path);
      walk(inside, `${path} › `);
    }
  };
  walk(treeOf(list, language), '');
  return paths;
}

/** Those that a name, a subnet, a MAC, a UUID or a DHCP fact with this text in it belongs to. */
export function matching(list: readonly Location[], text: string): Location[] {
  const wanted = text.trim().toLowerCase();
  return list.filter(({ name, subnets, macs, uuids, dhcp }) =>
    [name.de ?? '', name.en ?? '', ...subnets, ...macs, ...uuids, ...dhcp].some((word) =>
      word.toLowerCase().includes(wanted),
    ),
  );
}

/** Those that the location `id` may be put into: all but itself and what is inside of it. */
export function possibleParents(list: readonly Location[], id: number | null): Location[] {
  const inside = new Set<number | null>(id === null ? [] : [id]);
  for (let before = -1; before !== inside.size; ) {
    before = inside.size;
    for (const location of list) if (location.parent !== null && inside.has(location.parent)) inside.add(location.id);
  }
  return list.filter((location) => !inside.has(location.id));
}

export function emptyLocation(parent: number | null = null): LocationDraft {
  return { parent, name: { de: '', en: '' }, subnets: [], macs: [], uuids: [], dhcp: [], audiences: [], settings: {} };
}

/** What an admin decides of a location, without what the server adds. */
export function locationDraft(location: LocationDraft): LocationDraft {
  const { parent, name, subnets, macs, uuids, dhcp, audiences, settings } = location;
  const known = { subnets: [...subnets], macs: [...macs], uuids: [...uuids], dhcp: [...dhcp] };
  return { parent, name: { ...name }, ...known, audiences: [...audiences], settings: { ...settings } };
}
