import { computed, ref } from 'vue';
import { may, maySomewhere } from './may';

const catalogViews = ['entries', 'records', 'locations', 'hardware', 'rules', 'explain', 'pcs', 'jobs'] as const;
const userViews = ['users', 'groups', 'roles'] as const;
export const views = [...catalogViews, 'uploads', ...userViews, 'tokens', 'audit'] as const;
export type View = (typeof views)[number];

const fromAddress = (): View | undefined => views.find((name) => location.hash === `#${name}`);
const wanted = ref(fromAddress());
addEventListener('hashchange', () => (wanted.value = fromAddress()));

/** What the person may look at. */
export const offered = computed<View[]>(() => [
  ...(maySomewhere('catalog.read') ? catalogViews : []),
  ...(may('uploads.send') ? (['uploads'] as const) : []),
  ...(may('users.manage') ? userViews : []),
  'tokens',
  ...(may('audit.read') ? (['audit'] as const) : []),
]);

/** What is shown; the address says which, so that a reload and the browser's back button keep it. */
export const view = computed<View>(() => {
  const [first = 'tokens'] = offered.value;
  return wanted.value && offered.value.includes(wanted.value) ? wanted.value : first;
});
