import { localized } from '../../shared/localized';
import { entryOf, secondsLeft, titleOf, type Model } from './model';
import { say } from './texts';
import type { NoticeText } from './view/notice';

/** What the notice says about a model; null when there is nothing to say. */
export function noticeText(model: Model, now: number): NoticeText | null {
  const { language, state } = model;
  const empty = { title: '', sentence: '', ticking: '', hint: '' };
  const seconds = secondsLeft(model, now);
  if (model.foreign) return { ...empty, kind: 'error', title: say(language, 'foreignAgent') };
  if (state?.state === 'error') {
    return {
      ...empty,
      kind: 'error',
      title: say(language, 'errorTitle'),
      sentence: localized(state.sentence, language),
      ticking: state.reason ? say(language, 'reason', { reason: state.reason }) : '',
      hint: model.menu?.entries.length ? say(language, 'errorHint') : '',
    };
  }
  if (state?.state === 'waiting') {
    return {
      ...empty,
      kind: 'waiting',
      title: say(language, 'waitingTitle'),
      sentence: localized(state.sentence, language),
      ticking: seconds ? say(language, 'retryIn', { seconds }) : say(language, 'retryNow'),
    };
  }
  if (state?.state === 'countdown' && seconds !== null) {
    const title = localized(entryOf(model)?.title ?? titleOf(model), language);
    return {
      ...empty,
      kind: 'countdown',
      title: say(language, 'countdown', { title, seconds }),
      hint: say(language, 'countdownHint'),
    };
  }
  if (model.source === 'server' && model.menu) return { ...empty, kind: 'info', title: say(language, 'viewOnly') };
  return null;
}
