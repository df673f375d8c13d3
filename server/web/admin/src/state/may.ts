/** What the person in front of the page may do; the server checks it again. */
import { computed } from 'vue';
import type { Job } from '../api/jobs';
import type { Pc } from '../api/types';
import { locations } from './places';
import { at, everywhere, on, somewhere, type Right } from './rights';
import { session } from './session';

const grants = computed(() => session.session?.rights ?? []);
const parents = computed(() => new Map(locations.list.value.map(({ id, parent }) => [id, parent])));

export const may = (right: Right) => everywhere(grants.value, right);
export const maySomewhere = (right: Right) => somewhere(grants.value, right);
export const mayAt = (right: Right, location: number | null) => at(grants.value, right, location, parents.value);
/** A PC that is nowhere is for those alone who have the right for everything. */
export const mayWith = (right: Right, pc: Pc) => mayAt(right, pc.location?.id ?? null);
/** One for single PCs is the server's to judge: only it knows where they are. */
export const mayWithJob = ({ location }: Pick<Job, 'location'>) =>
  location === undefined ? maySomewhere('pcs.manage') : mayAt('pcs.manage', location);
export const mayOn = (right: Right, object: string) => on(grants.value, right, object);
