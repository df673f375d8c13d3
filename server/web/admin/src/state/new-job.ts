/** A job being made in a dialog. */
import { nextTick, ref, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { ApiError } from '../api/errors';
import type { Job } from '../api/jobs';
import { sentenceOf, tellFailed } from '../messages';
import { emptyJob, faultOf, fieldOf, wishOf } from './job-draft';
import { jobs } from './places';

/** The members that have a field where an error can be told. */
const fields = [
  ...['name', 'action', 'record', 'until', 'then', 'location', 'pcs', 'at', 'parameters', 'secrets'],
  ...['at_once', 'spread', 'patience', 'longest'],
];

export function useNewJob(made: (job: Job) => void) {
  const { t } = useI18n();
  const open = ref(false);
  const busy = ref(false);
  const draft = ref(emptyJob());
  const refused = ref<{ field: string | null; sentence: string } | null>(null);

  // As in all drafts: what is being mended is not wrong any more.
  watch(draft, () => (refused.value = null), { deep: true, flush: 'sync' });

  function start() {
    draft.value = emptyJob();
    refused.value = null;
    open.value = true;
  }

  /** Tells what is wrong at the field that it is about, and puts the cursor there; else above all. */
  async function refuse(field: string | null, sentence: string) {
    refused.value = { field: field && fields.includes(field) ? field : null, sentence };
    await nextTick();
    const input = refused.value.field && document.getElementById(`job-${field}`);
    if (!input) return document.querySelector('.el-dialog .el-alert')?.scrollIntoView({ block: 'center' });
    const folded = input.closest('details');
    if (folded) folded.open = true;
    input.focus();
  }

  async function save() {
    refused.value = null;
    const missing = faultOf(draft.value);
    if (missing) return refuse(missing.field, t(`jobView.faults.${missing.fault}`));
    busy.value = true;
    try {
      const job = await jobs.make(wishOf(draft.value));
      open.value = false;
      // Secrets are not kept in the page for longer than it needs them.
      draft.value = emptyJob();
      made(job);
    } catch (error) {
      if (error instanceof ApiError) await refuse(fieldOf(error.code, error.field), sentenceOf(error));
      else tellFailed(error);
    } finally {
      busy.value = false;
    }
  }

  /** The sentence about this member, for its field. */
  const fault = (field: string) => (refused.value?.field === field ? refused.value.sentence : '');

  return { open, busy, draft, refused, start, save, fault };
}
