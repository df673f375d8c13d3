/** A thing being made or changed in a dialog: what all such dialogs have in common. */
import { computed, nextTick, ref, watch, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Language } from '../../../shared/localized';
import { ApiError } from '../api/errors';
import type { Named } from '../api/types';
import { sentenceOf, tellDone, tellFailed } from '../messages';
import type { Collection } from './collection';
import { nameIn } from './name';

/** A sentence about a member; `field` null: about none of them. */
export interface Refusal {
  field: string | null;
  sentence: string;
}

export interface DraftForm<Thing, Draft> {
  draftOf: (thing: Thing) => Draft;
  bodyOf?: (draft: Draft) => Draft;
  /** What the ids of its fields begin with: `name.en` is the field `<prefix>-name-en`. */
  prefix: string;
  /** The members that have a field where an error can be told. */
  fields: readonly string[];
  /** What the server would refuse of a draft; by default, one without a name. */
  faultsOf?: (draft: Draft) => Refusal[];
}

export function useDraft<Thing extends { id: number; etag?: string }, Draft extends Named>(
  collection: Collection<Thing, Draft>,
  form: DraftForm<Thing, Draft>,
  empty: Draft,
) {
  const { t, locale } = useI18n();
  const open = ref(false);
  const busy = ref(false);
  const draft = ref(empty) as Ref<Draft>;
  /** What is being edited and the version it had; null for a new one. */
  const edited = ref<{ id: number; etag: string } | null>(null);
  const conflict = ref(false);
  const faults = ref<readonly Refusal[]>([]);
  const refused = computed(() => faults.value[0] ?? null);
  const atField = computed(() => form.fields.includes(refused.value?.field ?? ''));
  // What is being mended is not wrong any more; at once, so that nothing goes that a save finds just after a change.
  watch(draft, () => (faults.value = []), { deep: true, flush: 'sync' });
  const idOf = (field: string) => `${form.prefix}-${field.replaceAll('.', '-')}`;

  function start(next: Draft, version: { id: number; etag: string } | null) {
    draft.value = next;
    edited.value = version;
    conflict.value = false;
    faults.value = [];
    open.value = true;
  }

  async function gone() {
    open.value = false;
    tellFailed(new Error(t('thingGone')));
    await collection.load();
  }

  async function edit(id: number) {
    try {
      const { thing, etag } = await collection.fetch(id);
      start(form.draftOf(thing), { id, etag });
    } catch (error) {
      if (error instanceof ApiError && error.gone) await gone();
      else tellFailed(error);
    }
  }

  /** A form may be longer than the screen: what is wrong must not be told where nobody sees it. */
  async function reveal(field: string | null = null) {
    await nextTick();
    const input = field && document.getElementById(idOf(field));
    if (input) input.focus();
    else document.querySelector('.el-dialog .el-alert, .el-dialog .is-error')?.scrollIntoView({ block: 'center' });
  }

  /** Tells what is wrong at the fields that it is about, and puts the cursor into the first. */
  async function refuse(...found: Refusal[]) {
    faults.value = found;
    await reveal(found[0]?.field);
  }

  async function failed(error: unknown) {
    if (!(error instanceof ApiError)) tellFailed(error);
    else if (error.conflict) {
      conflict.value = true;
      await reveal();
    } else if (error.gone && edited.value) await gone();
    else await refuse({ field: error.field, sentence: sentenceOf(error) });
  }

  function namelessFaults(thing: Draft): Refusal[] {
    if (!('name' in thing)) return [];
    if (typeof thing.name === 'string') return thing.name.trim() ? [] : [{ field: 'name', sentence: t('faults.plainName') }];
    return thing.name.en?.trim() ? [] : [{ field: 'name.en', sentence: t('faults.name') }];
  }

  async function save() {
    faults.value = [];
    const found = (form.faultsOf ?? namelessFaults)(draft.value);
    if (found.length) return refuse(...found);
    busy.value = true;
    const body = form.bodyOf?.(draft.value) ?? draft.value;
    try {
      if (edited.value) await collection.change(edited.value.id, body, edited.value.etag);
      else await collection.add(body);
      open.value = false;
      tellDone(t(edited.value ? 'saved' : 'added', { title: nameIn(draft.value, locale.value as Language) }));
    } catch (error) {
      await failed(error);
    } finally {
      busy.value = false;
    }
  }

  /** Takes the version of whoever was faster as the new base, and writes this person's draft over it. */
  async function saveOver() {
    if (!edited.value) return;
    try {
      edited.value = { id: edited.value.id, etag: (await collection.fetch(edited.value.id)).etag };
      conflict.value = false;
    } catch (error) {
      return failed(error);
    }
    await save();
  }

  /** The sentence about one of these members, for the form's field. */
  const fault = (...fields: string[]) =>
    faults.value.find(({ field }) => field !== null && fields.includes(field))?.sentence ?? '';

  return {
    ...{ open, busy, draft, edited, conflict, refused, atField },
    ...{ add: (next: Draft) => start(next, null), edit, save, saveOver, fault },
  };
}

export type DraftState = Pick<
  ReturnType<typeof useDraft>,
  'open' | 'busy' | 'edited' | 'conflict' | 'refused' | 'atField' | 'edit' | 'save' | 'saveOver'
>;
