/** What an admin can do to a PC, each after a question, and telling what came of it. */
import { ElMessageBox } from 'element-plus';
import { ApiError } from '../api/errors';
import type { Pc, PcAction } from '../api/types';
import { i18n } from '../i18n';
import { tellDone, tellFailed } from '../messages';
import { answerTo, confirmed } from './ask';
import { pcTitle } from './pc';
import { pcs } from './places';

const t = i18n.global.t;

/** Does it; tells `done`, or why not. True: it was done. */
async function attempt(pc: Pc, action: () => Promise<void>, done: string): Promise<boolean> {
  try {
    await action();
    tellDone(done);
    return true;
  } catch (error) {
    const outdated = error instanceof ApiError && error.conflict;
    if (error instanceof ApiError && error.gone) tellFailed(new Error(t('pcView.gone')));
    else tellFailed(outdated ? new Error(t('conflictRetry', { title: pcTitle(pc) })) : error);
    return false;
  }
}

export async function rename(pc: Pc): Promise<boolean> {
  const answer = await answerTo(() =>
    ElMessageBox.prompt(t('pcView.renameText'), t('pcView.renameTitle', { title: pcTitle(pc) }), {
      ...{ inputValue: pc.name, confirmButtonText: t('save'), cancelButtonText: t('cancel') },
      inputValidator: (text) => [...(text ?? '')].length <= 200 || t('faults.length', { max: 200 }),
    }),
  );
  if (!answer) return false;
  const name = answer.value?.trim() ?? '';
  return attempt(pc, () => pcs.rename(pc, name), t('saved', { title: name || pcTitle({ ...pc, name }) }));
}

export async function unconfirm(pc: Pc): Promise<boolean> {
  const title = pcTitle(pc);
  const yes = await confirmed(t('pcView.unconfirmText'), t('pcView.unconfirmTitle', { title }), t('pcView.unconfirm'), {
    confirmButtonClass: 'el-button--danger',
  });
  return yes !== null && attempt(pc, () => pcs.unconfirm(pc.id), t('pcView.unconfirmed', { title }));
}

export async function forget(pc: Pc): Promise<boolean> {
  const title = pcTitle(pc);
  const yes = await confirmed(t('pcView.forgetText'), t('pcView.forgetTitle', { title }), t('pcView.forget'), {
    confirmButtonClass: 'el-button--danger',
  });
  return yes !== null && attempt(pc, () => pcs.forget(pc), t('pcView.forgotten', { title }));
}

/** `record` and how people call it, for `boot`. */
export async function command(pc: Pc, action: PcAction, record = '', system = ''): Promise<boolean> {
  const title = pcTitle(pc);
  const verb = t(`pcView.action.${action}`);
  const text = action === 'boot' ? t('pcView.bootText', { system }) : t('pcView.commandText');
  const yes = await confirmed(text, t('pcView.commandTitle', { verb, title }), verb);
  return yes !== null && attempt(pc, () => pcs.command(pc.id, action, record), t('pcView.commanded', { title }));
}
