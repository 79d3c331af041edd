import * as Y from 'yjs';
import { watch } from './changes.ts';
import { type Deed, deedsIn } from './deeds.ts';
import { shapeOf } from './shape.ts';

/** A document that follows a stream of updates, for whoever wants to know what each brings. */
export interface Mirror {
  /** @returns whether any of it was new, and what it did. @throws Error when it is no update. */
  readonly take: (update: Uint8Array) => { readonly isNews: boolean; readonly deeds: readonly Deed[] };
  /** All that was taken, as one update. */
  readonly whole: () => Uint8Array;
}

/** A mirror that has taken these already. @throws Error when one of them is no update. */
export const openMirror = (updates: readonly Uint8Array[] = []): Mirror => {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  const shape = shapeOf(doc);
  const changesOf = watch(shape);
  let news = 0;
  doc.on('update', () => {
    news += 1;
  });
  return {
    take: (update) => {
      const before = news;
      const changes = changesOf(() => Y.applyUpdate(doc, update));
      return { isNews: news > before, deeds: deedsIn(changes, shape) };
    },
    whole: () => Y.encodeStateAsUpdate(doc),
  };
};
