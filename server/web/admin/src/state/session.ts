import { reactive, readonly } from 'vue';
import { Client } from '../api/client';
import { ApiError, LoggedOut } from '../api/errors';
import type { Session } from '../api/types';

type Phase = 'unknown' | 'anonymous' | 'active' | 'expired';

interface Waiting {
  resolve: () => void;
  reject: (reason: Error) => void;
}

const state = reactive({ phase: 'unknown' as Phase, session: null as Session | null });
let waiting: Waiting[] = [];

/** The session as the page sees it; `expired` means that a login would let the work go on where it stopped. */
export const session = readonly(state);

export const client = new Client(
  {
    csrf: () => state.session?.csrf ?? null,
    expired: () => {
      state.phase = 'expired';
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
  },
  new URL('../api/v1/', document.baseURI).href,
);

function begin(next: Session): void {
  state.session = next;
  state.phase = 'active';
  const resumed = waiting;
  waiting = [];
  resumed.forEach(({ resolve }) => resolve());
}

function end(): void {
  state.session = null;
  state.phase = 'anonymous';
  const dropped = waiting;
  waiting = [];
  dropped.forEach(({ reject }) => reject(new LoggedOut()));
}

/** Finds out whether the browser still has a session. Throws where the server cannot say. */
export async function resume(): Promise<void> {
  try {
    begin((await client.plain<Session>('GET', 'session')).data);
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
    end();
  }
}

export async function logIn(user: string, password: string): Promise<void> {
  begin((await client.plain<Session>('POST', 'session', { body: { user, password } })).data);
}

/** Ends the session here in any case: a server that is away forgets it by itself. */
export async function logOut(): Promise<void> {
  try {
    if (state.phase === 'active') await client.plain('DELETE', 'session');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  } finally {
    end();
  }
}
