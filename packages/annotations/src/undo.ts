import type { Change } from './changes.ts';
import { bodyOf, setBody } from './editing.ts';
import type { Signed } from './notes-document.ts';
import { type StoredWord, verdictIn } from './records.ts';
import type { Shape } from './shape.ts';
import { storedTime } from './stored-time.ts';

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Is what the change made of it still so? If not, somebody has had another word since, be it the author elsewhere. */
const stands = ({ map, key, after }: Change, shape: Shape): boolean =>
  map === 'notes' || map === 'replies' ? bodyOf(shape, key) === after : isSame(shape[map].get(key), after);

/** Can an update be taken back: does all that it changed still stand? */
export const canUndo = (changes: readonly Change[], shape: Shape): boolean =>
  changes.length > 0 && changes.every((change) => stands(change, shape));

/**
 * Takes back what an update of `author` changed, as a change of its own: bodies get back what they said, what was added
 * is withdrawn, a verdict or label is turned back in the author's own name.
 */
export const undo = (changes: readonly Change[], shape: Shape, { author, at }: Signed): void => {
  for (const { map, key, before } of changes) {
    switch (map) {
      case 'notes':
      case 'replies':
        setBody(shape, key, before ?? '');
        break;
      case 'marks':
        if (before === undefined) shape.marks.delete(key);
        else shape.marks.set(key, before);
        break;
      case 'verdicts':
      case 'labels':
        shape[map].set(key, [author, storedTime(at), verdictIn(before)?.[2] ?? false] satisfies StoredWord);
    }
  }
};
