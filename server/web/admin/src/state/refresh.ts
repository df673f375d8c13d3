/** Doing something again and again while a view is shown. */
import { onMounted, onUnmounted, shallowRef } from 'vue';
import { LoggedOut } from '../api/errors';

export interface Failing {
  since: Date;
  error: unknown;
}

/**
 * Does `action` at once and then every `seconds()`, as long as the view is there; not while the page is hidden or `paused()`
 * is true. The result tells since when it has failed (null: it has not): what is done unasked must not pile up messages.
 */
export function useRefresh(action: () => Promise<void>, seconds: () => number, paused: () => boolean) {
  const failing = shallowRef<Failing | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  async function now(): Promise<void> {
    try {
      await action();
      failing.value = null;
    } catch (error) {
      if (!(error instanceof LoggedOut)) failing.value = { since: failing.value?.since ?? new Date(), error };
    }
  }

  async function turn(): Promise<void> {
    if (!document.hidden && !paused()) await now();
    if (!ended) timer = setTimeout(turn, seconds() * 1000);
  }

  onMounted(turn);
  onUnmounted(() => {
    ended = true;
    clearTimeout(timer);
  });
  return { failing, now };
}
