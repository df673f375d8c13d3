import type { Model } from './model';
import { say } from './texts';

/** A sentence about the PC's key, in its parts: the code in the middle is what people compare. */
export interface KeyText {
  before: string;
  code: string;
  after: string;
}

const place = '\u0000';

/** What is to be said of a key that an admin should look at, as the text menu does; null where all is well. */
export function keyText({ pc, language }: Pick<Model, 'pc' | 'language'>): KeyText | null {
  if (!pc || (pc.key !== 'waiting' && pc.key !== 'other')) return null;
  const id = String(pc.id);
  if (pc.code === null) return pc.key === 'other' ? { before: say(language, 'keyLost', { id }), code: '', after: '' } : null;
  const [before = '', after = ''] = say(language, pc.key === 'waiting' ? 'keyWaits' : 'keyOther', { id, code: place }).split(place);
  return { before, code: pc.code, after };
}
