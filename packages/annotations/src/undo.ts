import type { Change } from './changes.ts';
import { bodyOf, setBody } from './editing.ts';
import type { Signed } from './notes-document.ts';
import { type StoredWord, verdictIn } from './records.ts';
import type { Shape } from './shape.ts';
import { storedTime } from './stored-time.ts';

const undoBody = ({ map, key, before, after }: Change, shape: Shape): void => {
  if (map !== 'notes' && map !== 'replies') return;
  if (bodyOf(shape, key) !== after) throw new Error(`Cannot undo it as "${key}" was changed since`);
  setBody(shape, key, before ?? '');
};

const undoWord = ({ map, key, before, after }: Change, shape: Shape, { author, at }: Signed): void => {
  if (map !== 'verdicts' && map !== 'labels') return;
  const now = verdictIn(shape[map].get(key));
  const mine = verdictIn(after);
  if (now === null || mine === null || now.some((value, index) => value !== mine[index])) {
    throw new Error(`Cannot undo it as ${now?.[0] ?? 'somebody'} has had the last word on "${key}" since`);
  }
  shape[map].set(key, [author, storedTime(at), verdictIn(before)?.[2] ?? false] satisfies StoredWord);
};

/**
 * Takes back what an update of `author` changed, as a change of its own: bodies get back what they said, what was added
 * is withdrawn, a verdict or label is turned back in the author's own name.
 *
 * @throws Error when somebody has had the last word since; the caller must then drop the document.
 */
export const undo = (changes: readonly Change[], shape: Shape, signed: Signed): void => {
  for (const change of changes) {
    const { map, key, before } = change;
    if (map === 'marks') {
      if (before === undefined) shape.marks.delete(key);
      else shape.marks.set(key, before);
    } else {
      undoBody(change, shape);
      undoWord(change, shape, signed);
    }
  }
};
