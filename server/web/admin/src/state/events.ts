/** The server's events (docs/http-api.md, Events) while a view is shown. */
import { onMounted, onUnmounted, type Ref } from 'vue';

/** How long changes are gathered, so that a room that is switched on is read once and not thirty times. */
const gatherMs = 500;

/**
 * Calls `changed` when one of the events named in `kinds` has come, as long as the view is there. `live` says whether the
 * server can be heard: the browser comes back by itself after a break, and tells the server what it has seen.
 */
export function useEvents(kinds: readonly string[], changed: () => void, live: Ref<boolean>): void {
  let source: EventSource | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;

  function gather(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      changed();
    }, gatherMs);
  }

  function shown(): void {
    if (!document.hidden) gather(); // what a hidden page has passed over
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', shown);
    source = new EventSource('/api/v1/events');
    source.onopen = () => {
      live.value = true;
      gather(); // what happened before it was open
    };
    source.onerror = () => {
      live.value = false;
    };
    for (const kind of [...kinds, 'reset']) source.addEventListener(kind, gather);
  });
  onUnmounted(() => {
    document.removeEventListener('visibilitychange', shown);
    source?.close();
    clearTimeout(gathering);
    live.value = false;
  });
}
