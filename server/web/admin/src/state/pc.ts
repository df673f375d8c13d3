/** What the page makes of a PC, as pure functions. */
import type { Pc, PcBoot, PcCommand, PcStage } from '../api/types';

/** How long a PC may be silent before the page says so; one reports at least every 144 s (--report-seconds 120, and a fifth). */
export const silentAfter = 3 * 60_000;

export const pcTitle = ({ name, uuid, mac, id }: Pc) => name || uuid || mac || `PC ${id}`;

/** What else it is known by, the shorter first; the name above may be that already. */
export const pcIdentity = (pc: Pc) => [pc.mac, pc.uuid].find((sign) => sign && sign !== pcTitle(pc)) ?? '';

/** `replaced`: a confirmed key, and another one that asks: a main board or stick was changed, or somebody tries. */
export type KeyState = 'none' | 'waiting' | 'confirmed' | 'replaced';

/** The key that waits to be confirmed, or null. */
export const waitingKey = ({ key, asking }: Pick<Pc, 'key' | 'asking'>) =>
  asking && asking.code !== key?.code ? asking : null;

export function keyState(pc: Pick<Pc, 'key' | 'asking'>): KeyState {
  if (waitingKey(pc)) return pc.key ? 'replaced' : 'waiting';
  return pc.key ? 'confirmed' : 'none';
}

/** Since when a PC that should report has not; null where all is well. One that sleeps or is off says nothing. */
export function silentSince({ state, seen }: Pick<Pc, 'state' | 'seen'>, now: number): string | null {
  if (!seen || state === 'off' || state === 'standby') return null;
  return now - Date.parse(seen) > silentAfter ? seen : null;
}

export interface StageBar extends PcStage {
  /** Where its bar begins, and how long it is, in percent of the whole. */
  from: number;
  width: number;
}

/** Each stage as a bar from the one before it; a kernel's clock begins with 0. */
export function stageBars(stages: readonly PcStage[]): StageBar[] {
  const order = [...stages].sort((a, b) => a.seconds - b.seconds);
  const whole = order.at(-1)?.seconds || 1;
  return order.map((stage, index) => {
    const before = order[index - 1]?.seconds ?? 0;
    return { ...stage, from: (before / whole) * 100, width: ((stage.seconds - before) / whole) * 100 };
  });
}

export type EndingTone = 'danger' | 'warning' | 'info';

export function endingTone(ending: NonNullable<PcBoot['ending']>): EndingTone {
  if (ending === 'crash') return 'danger';
  return ending === 'power-lost' || ending === 'silent' ? 'warning' : 'info';
}

/** What became of a command; `told`: the PC's own sentence. */
export function commandState({ taken, outcome }: Pick<PcCommand, 'taken' | 'outcome'>) {
  if (outcome === 'done' || outcome === 'replaced') return outcome;
  if (outcome) return 'told';
  return taken ? 'taken' : 'waiting';
}
