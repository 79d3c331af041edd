import * as Y from 'yjs';
import { watch } from './changes.ts';
import { type Deed, deedsIn } from './deeds.ts';
import { shapeOf } from './shape.ts';

/** What updates brought. */
export interface Brought {
  /** For each of them, whether any of it was new. */
  readonly isNews: readonly boolean[];
  /** What all of them together did. */
  readonly deeds: readonly Deed[];
}

/** A document that follows a stream of updates, for whoever wants to know what they bring. */
export interface Mirror {
  /** @throws Error when one of them is no update. */
  readonly take: (updates: readonly Uint8Array[]) => Brought;
  /** All that was taken, as one update. */
  readonly whole: () => Uint8Array;
}

/** A mirror that has taken these already. @throws Error when one of them is no update. */
export const openMirror = (updates: readonly Uint8Array[] = []): Mirror => {
  const doc = new Y.Doc();
  const apply = (some: readonly Uint8Array[]): void =>
    doc.transact(() => {
      for (const update of some) Y.applyUpdate(doc, update);
    });
  const changesOf = watch(shapeOf(doc));
  changesOf(() => apply(updates));
  let timesNew = 0;
  doc.on('update', () => {
    timesNew += 1;
  });

  const hasNewStructs = (update: Uint8Array): boolean =>
    [...Y.parseUpdateMeta(update).to].some(([client, clock]) => Y.getState(doc.store, client) < clock);

  const isNewsAlone = (update: Uint8Array): boolean => {
    const before = timesNew;
    apply([update]);
    return timesNew > before;
  };

  return {
    take: (some) => {
      let isNews: readonly boolean[] = [];
      const changes = changesOf(() => {
        // As one, which Yjs does a thousand times as fast as one by one when there were many writers.
        if (some.length > 1 && some.every(hasNewStructs)) {
          apply(some);
          isNews = some.map(() => true);
        } else {
          isNews = some.map(isNewsAlone);
        }
      });
      return { isNews, deeds: deedsIn(changes) };
    },
    whole: () => Y.encodeStateAsUpdate(doc),
  };
};
