/** Doing something to a listed thing, and telling the person what came of it. */
import { ElMessageBox } from 'element-plus';
import type { Language } from '../../../shared/localized';
import { ApiError } from '../api/errors';
import type { Named } from '../api/types';
import { i18n } from '../i18n';
import { tellDone, tellFailed } from '../messages';
import type { Collection } from './collection';
import { nameIn } from './name';

type Listed = Named & { id: number; etag?: string };
const t = i18n.global.t;
const titleOf = (thing: Named) => nameIn(thing, i18n.global.locale.value as Language);

/** Who was slower than somebody else gets the new list, and is asked to look again. */
export async function attempt<Thing extends Listed, Draft>(
  collection: Collection<Thing, Draft>,
  thing: Thing,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    const outdated = error instanceof ApiError && (error.conflict || error.gone);
    if (outdated) await collection.load();
    tellFailed(
      outdated ? new Error(error.gone ? t('thingGone') : t('conflictRetry', { title: titleOf(thing) })) : error,
    );
  }
}

/** Deletes a thing once the person has said so; `text` tells what will be of it. */
export async function removeAsked<Thing extends Listed, Draft>(
  collection: Collection<Thing, Draft>,
  thing: Thing,
  text: string,
): Promise<void> {
  const title = titleOf(thing);
  try {
    await ElMessageBox.confirm(text, t('deleteTitle', { title }), {
      type: 'warning',
      confirmButtonText: t('delete'),
      cancelButtonText: t('cancel'),
      confirmButtonClass: 'el-button--danger',
      autofocus: false,
    });
  } catch {
    return; // cancelled
  }
  await attempt(collection, thing, async () => {
    await collection.remove(thing);
    tellDone(t('deleted', { title }));
  });
}
