import { ref } from 'vue';

export const views = ['entries', 'records', 'locations', 'hardware', 'rules', 'explain'] as const;
export type View = (typeof views)[number];

const fromAddress = (): View => views.find((name) => location.hash === `#${name}`) ?? 'entries';

/** What is shown; the address says which, so that a reload and the browser's back button keep it. */
export const view = ref<View>(fromAddress());
addEventListener('hashchange', () => (view.value = fromAddress()));
