/** Asking the person before something is done. */
import { ElMessageBox, type ElMessageBoxOptions } from 'element-plus';
import { shallowRef } from 'vue';
import { i18n } from '../i18n';

/** A question is on the screen: nothing behind it should change. */
export const asking = shallowRef(false);

/** The person's answer, or null if there was none. */
export async function answerTo<T>(question: () => Promise<T>): Promise<T | null> {
  asking.value = true;
  try {
    return await question();
  } catch {
    return null; // cancelled
  } finally {
    asking.value = false;
  }
}

export const confirmed = (text: string, title: string, yes: string, options: ElMessageBoxOptions = {}) =>
  answerTo(() =>
    ElMessageBox.confirm(text, title, {
      ...{ type: 'warning', autofocus: false, confirmButtonText: yes, cancelButtonText: i18n.global.t('cancel') },
      ...options,
    }),
  );
