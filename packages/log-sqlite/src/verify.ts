import { DamagedStreamError, type LogEvent, revision, StoreError, type StreamId } from '@custody/log';
import { chainOf, unpack } from '@custody/segments';
import type { FoundRow, Rows, StreamRow } from './rows.ts';
import { noStreams, recounted, sameBytes, sealOf } from './seals.ts';

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
const isTime = (value: unknown): boolean => value === null || typeof value === 'number';

const isStreamRow = ({ id, name, revision: head, chain, seal }: StreamRow): boolean =>
  Number.isSafeInteger(id) && typeof name === 'string' && isCount(head) && isBytes(chain) && isBytes(seal);

/** The row is of the stream `name` and says what was written into it. */
export const isSealed = (name: string, row: StreamRow): boolean =>
  isStreamRow(row) && row.name === name && sameBytes(row.seal, sealOf(row));

/**
 * The stream's row, or undefined when the store holds no such stream: which only the whole list can say, as an index
 * or a page that lost a row would say the same.
 *
 * @throws StoreError when its row, or the list, is not as it was written.
 */
export const streamIn = (rows: Rows, name: string): StreamRow | undefined => {
  const found = rows.streamNamed(name);
  if (found === undefined) {
    if (!listed(rows).includes(name)) return undefined;
    throw new StoreError(
      `Cannot look up "${name}": it is in the store, but the index of its streams is damaged; ${cure}`,
    );
  }
  if (isSealed(name, found)) return found;
  throw new StoreError(`Cannot read "${name}": the row that counts its events is not as it was written; ${cure}`);
};

const cure = 'the other streams can still be read, restore the store from a copy';

/**
 * The names of all streams, oldest first.
 *
 * @throws StoreError when one of them is lost or changed.
 */
export const listed = (rows: Rows): readonly string[] => {
  const streams = rows.allStreams();
  if (streams.every((row) => isSealed(row.name, row)) && isComplete(rows, streams))
    return streams.map(({ name }) => name);
  throw new StoreError(`Cannot list the streams: the list is not as it was written; ${cure}`);
};

/** The census counts just these streams. */
export const isComplete = (rows: Rows, streams: readonly StreamRow[]): boolean => {
  const census = rows.census();
  const counted = streams.reduce((sum, row) => recounted(sum, 1, row), noStreams);
  return census?.streams === counted.streams && isBytes(census.digest) && sameBytes(census.digest, counted.digest);
};

/** Where a row is looked for. */
interface RowPlace {
  readonly stream: StreamId;
  /** The position that it must hold the event behind of. */
  readonly at: number;
  /** How many events the stream holds. */
  readonly head: number;
  /** The chain of the row before it. */
  readonly previous: Uint8Array;
}

/**
 * The row's events between `from` (default: its first) and `to`, when all of it is as it was written.
 *
 * @throws DamagedStreamError which names the row's events, or those at `at` when the row cannot even tell which.
 * @throws StoreError when a later version has packed it.
 */
export const verified = (
  row: FoundRow,
  { stream, at, head, previous }: RowPlace,
  from = row.first,
  to = row.first + row.count,
): readonly LogEvent[] => {
  if (!isWellFormed(row) || row.first > at || row.first + row.count <= at || row.first + row.count > head) {
    throw new DamagedStreamError(
      stream,
      revision(at),
      revision(head),
      'the row that holds the first of them is damaged',
    );
  }
  const events = unpack(stream, row, from, to);
  if (sameBytes(row.chain, chainOf(stream, row, previous))) return events;
  const [first, end] = [revision(row.first), revision(row.first + row.count)];
  throw new DamagedStreamError(stream, first, end, 'they do not follow what was written before them (their chain)');
};

/** Of the types that the columns have: STRICT is checked on writing only. */
const isWellFormed = ({ first, count, codec, crc32, chain, data, earliest, latest }: FoundRow): boolean =>
  [first, count, crc32].every(isCount) &&
  [chain, data].every(isBytes) &&
  [earliest, latest].every(isTime) &&
  typeof codec === 'string';
