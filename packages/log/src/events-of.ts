/** The items of every batch, one after another. Takes as long for each as reading does; loop over batches where that counts. */
export async function* eventsOf<Item>(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<Item, void, undefined> {
  for await (const batch of batches) for (const item of batch) yield item;
}
