import * as Y from 'yjs';
import { recordedBody } from './editing.ts';
import { editedBody, type Shape, type ToldMap, toldMaps } from './shape.ts';

/** One value of the document before and after an update; undefined where there was or is none. A body is its text. */
export interface Change {
  readonly map: ToldMap;
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

const isText = (value: unknown): boolean => value instanceof Y.Text;

/**
 * Watches a document: answers what `apply` changed in it. What came too late to count (somebody else's word stands)
 * is no change. Never unwatches: for documents that are replayed and forgotten.
 */
export const watch = (shape: Shape): ((apply: () => void) => readonly Change[]) => {
  let changes: Change[] = [];
  const texts = new Map<string, string>();
  for (const map of toldMaps) {
    if (map === 'bodies') continue;
    shape[map].observe(({ changes: { keys } }) => {
      for (const [key, { oldValue }] of keys) changes.push({ map, key, before: oldValue, after: shape[map].get(key) });
    });
  }
  shape.bodies.observeDeep((events) => {
    const ids = events.flatMap(({ path, changes: { keys } }) =>
      path.length > 0 ? [String(path[0])] : [...keys.keys()],
    );
    for (const key of new Set(ids)) {
      const [before, after] = [texts.get(key) ?? recordedBody(shape, key), editedBody(shape, key)];
      if (after === undefined) texts.delete(key);
      else texts.set(key, after);
      if (before !== after) changes.push({ map: 'bodies', key, before, after });
    }
  });
  for (const [key, text] of shape.bodies.entries()) if (isText(text)) texts.set(key, String(text));
  return (apply) => {
    changes = [];
    apply();
    return changes;
  };
};
