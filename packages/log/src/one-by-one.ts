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
  /** How many wait for a batch; who comes then waits behind them, for `last`. */
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  let isLeft = false;
  const ended = { value: undefined, done: true } as const;

  const fromNext = async (): Promise<IteratorResult<Item, undefined>> => {
    try {
      while (at >= batch.length) {
        batch = [];
        at = 0;
        const made = await batches.next();
        if (made.done || isLeft) return ended;
        batch = made.value;
      }
      at += 1;
      return { value: batch[at - 1] as Item, done: false };
    } finally {
      // Before whoever waits is told, who then comes for the next item at once.
      waiting -= 1;
    }
  };
  const inTurn = (): Promise<IteratorResult<Item, undefined>> => {
    waiting += 1;
    const result = last.then(fromNext);
    last = result.catch(() => {});
    return result;
  };

  return {
    next: () => {
      if (waiting > 0 || at >= batch.length) return inTurn();
      at += 1;
      return Promise.resolve({ value: batch[at - 1] as Item, done: false });
    },
    return: async () => {
      isLeft = true;
      batch = [];
      await batches.return?.();
      return ended;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
