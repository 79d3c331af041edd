import { bodyOf } from './editing.ts';
import type { Shape } from './shape.ts';

/** A value before and after an update; undefined where there was or is none. */
export type Change =
  /** What a note or reply says, wherever its body is kept; '' once it was taken back. */
  | {
      readonly map: 'notes' | 'replies';
      readonly key: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | {
      readonly map: 'marks' | 'verdicts' | 'labels';
      readonly key: string;
      readonly before: unknown;
      readonly after: unknown;
    };

/** What a note or reply says; undefined where there is none. */
const saidBy = (shape: Shape, id: string): string | undefined =>
  shape.notes.has(id) || shape.replies.has(id) ? bodyOf(shape, id) : undefined;

/**
 * Watches a document that is still empty: answers what `apply` changed in it. What came too late to count (somebody
 * else's word stands) is no change. Never unwatches: for documents that are replayed and forgotten.
 */
export const watch = (shape: Shape): ((apply: () => void) => readonly Change[]) => {
  let changes: Change[] = [];
  let touched = new Set<string>();
  const said = new Map<string, string>();
  for (const map of ['marks', 'verdicts', 'labels'] as const) {
    shape[map].observe(({ changes: { keys } }) => {
      for (const [key, { oldValue }] of keys) changes.push({ map, key, before: oldValue, after: shape[map].get(key) });
    });
  }
  for (const map of ['notes', 'replies', 'bodies'] as const) {
    shape[map].observeDeep((events) => {
      for (const { path, keys } of events) {
        const [id] = path;
        for (const key of id === undefined ? keys.keys() : [String(id)]) touched.add(key);
      }
    });
  }
  const saidChanges = (): readonly Change[] =>
    [...touched].flatMap((key): Change[] => {
      const [before, after] = [said.get(key), saidBy(shape, key)];
      if (before === after) return [];
      if (after !== undefined) said.set(key, after);
      return [{ map: shape.notes.has(key) ? 'notes' : 'replies', key, before, after }];
    });
  return (apply) => {
    changes = [];
    touched = new Set();
    apply();
    return [...saidChanges(), ...changes];
  };
};
