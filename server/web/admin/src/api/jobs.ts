/** The shapes of docs/jobs.md, by the OpenAPI document. Times are RFC 3339, spans are seconds. */
import type { components } from '../../../generated/openapi';

type Schemas = components['schemas'];

export const jobActions = ['boot', 'wake', 'reboot', 'power-off'] as const satisfies readonly JobAction[];
export type JobAction = Schemas['Job']['action'];

/** In the order in which a PC's part goes on, those that it may end in last. */
export const partStates = [
  ...(['waiting', 'called', 'ending', 'told', 'started'] as const),
  ...(['done', 'failed', 'missed', 'skipped', 'cancelled'] as const),
] satisfies readonly PartState[];
export type PartState = JobPc['state'];

export type Until = NonNullable<Schemas['Job']['until']>;
export type Then = NonNullable<Schemas['Job']['then']>;

/** What an admin wants of several PCs. What is left out is as the server has it. */
export interface JobWish {
  name: string;
  action: JobAction;
  /** One of both. */
  pcs?: number[];
  location?: number;
  /** null: at once. */
  at: string | null;
  at_once?: number;
  spread?: number;
  patience?: number;
  longest?: number;
  wake: boolean;
  interrupt: boolean;
  /** These are for `boot` alone. */
  record?: string;
  until?: Until;
  then?: Then;
  parameters?: Record<string, string>;
  secrets?: Record<string, string>;
}

type Limits = Required<Pick<JobWish, 'at_once' | 'spread' | 'patience' | 'longest'>>;

export interface Job extends Omit<JobWish, 'secrets' | keyof Limits>, Limits {
  id: number;
  state: Schemas['Job']['state'];
  made: string;
  by: string;
  begun: string | null;
  ended: string | null;
  counts: Partial<Record<PartState, number>>;
}

/** What became of one PC. */
export type JobPc = Schemas['JobPc'];
