/**
 * The items of every batch, one after another, each batch made when its first item is asked for.
 *
 * An async generator does the same and takes three to four times as long for an item: as long as unpacking one.
 */
export const oneByOne = <Item>(
  batches: Iterator<readonly Item[]> | AsyncIterator<readonly Item[]>,
): AsyncIterableIterator<Item> => {
  let batch: readonly Item[] = [];
  let at = 0;
  /** The last that waits for a batch; who comes then waits behind it. */
  let waiting: Promise<void> | null = null;
  const ended = { value: undefined, done: true } as const;

  const fromNext = async (): Promise<IteratorResult<Item, undefined>> => {
    while (at >= batch.length) {
      batch = [];
      at = 0;
      const made = await batches.next();
      if (made.done) return ended;
      batch = made.value;
    }
    at += 1;
    return { value: batch[at - 1] as Item, done: false };
  };
  const inTurn = (): Promise<IteratorResult<Item, undefined>> => {
    const result = (waiting ?? Promise.resolve()).then(fromNext);
    const turn: Promise<void> = result.then(
      () => {},
      () => {},
    );
    waiting = turn;
    void turn.then(() => {
      if (waiting === turn) waiting = null;
    });
    return result;
  };

  return {
    next: () => {
      if (waiting !== null || at >= batch.length) return inTurn();
      at += 1;
      return Promise.resolve({ value: batch[at - 1] as Item, done: false });
    },
    return: async () => {
      batch = [];
      await batches.return?.();
      return ended;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
