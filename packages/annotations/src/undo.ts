import type { Change } from './changes.ts';
import { bodyOf, setBody } from './editing.ts';
import type { Signed } from './notes-document.ts';
import { noteIn, replyIn, type StoredWord, verdictIn } from './records.ts';
import type { Shape } from './shape.ts';
import { storedTime } from './stored-time.ts';

const recordIn = (value: unknown) => noteIn(value) ?? replyIn(value);

/** The bodies that notes and replies had before the changes, by id; '' where there was none, or it was withdrawn. */
const bodiesBefore = (changes: readonly Change[]): ReadonlyMap<string, string> => {
  const bodies = new Map<string, string>();
  for (const { map, key, before } of changes) {
    if (map === 'notes' || map === 'replies') bodies.set(key, recordIn(before)?.[2] ?? '');
  }
  for (const { map, key, before } of changes) {
    if (map === 'bodies' && typeof before === 'string' && bodies.get(key) !== '') bodies.set(key, before);
  }
  return bodies;
};

const bodiesAfter = (changes: readonly Change[]): ReadonlyMap<string, string> => {
  const bodies = new Map<string, string>();
  for (const { map, key, after } of changes) {
    if (map === 'notes' || map === 'replies') bodies.set(key, recordIn(after)?.[2] ?? '');
  }
  for (const { map, key, after } of changes) if (map === 'bodies' && typeof after === 'string') bodies.set(key, after);
  return bodies;
};

const undoBodies = (changes: readonly Change[], shape: Shape): void => {
  const after = bodiesAfter(changes);
  for (const [id, body] of bodiesBefore(changes)) {
    if (bodyOf(shape, id) !== (after.get(id) ?? bodyOf(shape, id))) {
      throw new Error(`Cannot undo it as "${id}" was changed since`);
    }
    setBody(shape, id, body);
  }
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
  undoBodies(changes, shape);
  for (const change of changes) {
    const { map, key, before } = change;
    if (map === 'marks') {
      if (before === undefined) shape.marks.delete(key);
      else shape.marks.set(key, before);
    } else undoWord(change, shape, signed);
  }
};
