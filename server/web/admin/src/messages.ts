import { ElMessage } from 'element-plus';
import { ApiError, LoggedOut } from './api/errors';
import { i18n } from './i18n';

const t = i18n.global.t;

/** The sentence of an error, in the page's language where the page itself has one. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 0) return t('unreachable');
  return error instanceof Error ? error.message : String(error);
}

export function tellDone(message: string): void {
  ElMessage({ type: 'success', message, grouping: true });
}

/** Shows why something failed; it stays long enough to be read. */
export function tellFailed(error: unknown): void {
  if (error instanceof LoggedOut) return;
  ElMessage({ type: 'error', message: sentenceOf(error), duration: 10_000, showClose: true, grouping: true });
}
