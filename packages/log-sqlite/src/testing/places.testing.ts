import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Gives out paths that nothing lies at yet, in a directory which goes away after the file's tests. */
export const newPlaces = (): (() => string) => {
  const directory = mkdtempSync(join(tmpdir(), 'custody-log-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let given = 0;
  return () => join(directory, `${given++}`, 'custody.db');
};

/** `count` events that tell themselves apart, counting from `first`. */
export const numbered = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => ({ type: 'StepTaken', data: { step: first + index } }));

/** All the events of every batch. */
export const collect = async <Item>(batches: AsyncIterable<readonly Item[]>): Promise<Item[]> => {
  const seen: Item[] = [];
  for await (const events of batches) seen.push(...events);
  return seen;
};
