/** A thing being made or changed in a dialog: what the dialogs of locations, hardware classes and rules have in common. */
import { computed, nextTick, ref, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Language } from '../../../shared/localized';
import { ApiError } from '../api/errors';
import type { Named } from '../api/types';
import { sentenceOf, tellDone, tellFailed } from '../messages';
import type { Collection } from './collection';
import { nameIn } from './name';

export interface DraftForm<Thing, Draft> {
  draftOf: (thing: Thing) => Draft;
  bodyOf?: (draft: Draft) => Draft;
  /** What the ids of its fields begin with: `name.en` is the field `<prefix>-name-en`. */
  prefix: string;
  /** The members that have a field where an error can be told. */
  fields: readonly string[];
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
  const refused = ref<{ field: string | null; sentence: string } | null>(null);
  const atField = computed(() => form.fields.includes(refused.value?.field ?? ''));
  const idOf = (field: string) => `${form.prefix}-${field.replaceAll('.', '-')}`;

  function start(next: Draft, version: { id: number; etag: string } | null) {
    draft.value = next;
    edited.value = version;
    conflict.value = false;
    refused.value = null;
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

  /** Tells what is wrong at the field that it is about, and puts the cursor there. */
  async function refuse(field: string | null, sentence: string) {
    refused.value = { field, sentence };
    await reveal(field);
  }

  async function failed(error: unknown) {
    if (!(error instanceof ApiError)) tellFailed(error);
    else if (error.conflict) {
      conflict.value = true;
      await reveal();
    } else if (error.gone && edited.value) await gone();
    else await refuse(error.field, sentenceOf(error));
  }

  async function save() {
    refused.value = null;
    const { name } = draft.value;
    if (typeof name === 'string' && !name.trim()) return refuse('name', t('faults.plainName'));
    if (typeof name !== 'string' && !name.en?.trim()) return refuse('name.en', t('faults.name'));
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
    refused.value && fields.includes(refused.value.field ?? '') ? refused.value.sentence : '';

  return {
    ...{ open, busy, draft, edited, conflict, refused, atField },
    ...{ add: (next: Draft) => start(next, null), edit, save, saveOver, fault },
  };
}

export type DraftState = Pick<
  ReturnType<typeof useDraft>,
  'open' | 'busy' | 'edited' | 'conflict' | 'refused' | 'atField' | 'edit' | 'save' | 'saveOver'
>;
