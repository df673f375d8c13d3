/** The shapes of docs/jobs.md. Times are RFC 3339, spans are seconds. */

export const jobActions = ['boot', 'wake', 'reboot', 'power-off'] as const;
export type JobAction = (typeof jobActions)[number];

/** In the order in which a PC's part goes on, those that it may end in last. */
export const partStates = [
  ...(['waiting', 'called', 'ending', 'told', 'started'] as const),
  ...(['done', 'failed', 'missed', 'skipped', 'cancelled'] as const),
];
export type PartState = (typeof partStates)[number];

export type Until = 'finished' | 'started';
export type Then = 'leave' | 'power-off';

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
  state: 'planned' | 'running' | 'done' | 'cancelled';
  made: string;
  by: string;
  begun: string | null;
  ended: string | null;
  counts: Partial<Record<PartState, number>>;
}

/** What became of one PC. */
export interface JobPc {
  pc: number;
  name: string;
  mac: string | null;
  state: PartState;
  since: string;
  sentence: string | null;
}
