/** What the page makes of a job, as pure functions. */
import { partStates, type Job, type JobPc, type PartState } from '../api/jobs';

export type Tone = 'info' | 'primary' | 'success' | 'warning' | 'danger';

/** Such as "3 done, 1 failed, 6 waiting": what has come to an end first. `word` is what people call a state. */
export function countsText(counts: Job['counts'], word: (state: PartState) => string): string {
  const ends = partStates.indexOf('done');
  return [...partStates.slice(ends), ...partStates.slice(0, ends).reverse()]
    .filter((state) => counts[state])
    .map((state) => `${counts[state]} ${word(state)}`)
    .join(', ');
}

export const isOpen = ({ state }: Pick<Job, 'state'>) => state === 'planned' || state === 'running';

/** A job that is done, but not on every PC, should be looked at. */
export function jobTone({ state, counts }: Pick<Job, 'state' | 'counts'>): Tone {
  if (state === 'running') return 'primary';
  if (state !== 'done') return 'info';
  return counts.failed || counts.missed ? 'warning' : 'success';
}

export function partTone(state: PartState): Tone {
  if (state === 'done') return 'success';
  if (state === 'failed') return 'danger';
  if (state === 'missed' || state === 'skipped') return 'warning';
  return state === 'waiting' || state === 'cancelled' ? 'info' : 'primary';
}

export const partTitle = ({ name, mac, pc }: Pick<JobPc, 'name' | 'mac' | 'pc'>) => name || mac || `PC ${pc}`;
