import { DamagedStreamError, type LogEvent, type Range, revision, type StreamId } from '@custody/log';
import { placeOf, type Streams } from './append.ts';
import { factsOf, isOurs, type Place, placeAfter, type Recorded, stretchOf } from './format.ts';

/** How much a page should hold; how many events that is shows once the first one was read. */
const pageBytes = 4_194_304;
const longestFirstPage = 16;
const longestPage = 2048;

/** An event on the server that holds the facts from `from` up to `to`. */
export interface Piece {
  readonly event: Recorded;
  readonly from: number;
  readonly to: number;
}

/**
 * The facts of a range, in order and some at a time, as the stream stands when the first is asked for.
 *
 * @throws DamagedStreamError when some of them are not there, or not as they were written.
 */
export async function* readRange(
  streams: Streams,
  stream: StreamId,
  range: Range,
): AsyncGenerator<readonly LogEvent[], void, undefined> {
  for await (const { event, from, to } of readPieces(streams, stream, range)) yield factsOf(stream, event, from, to);
}

/** As `readRange`, with the facts still packed. */
export async function* readPieces(
  streams: Streams,
  stream: StreamId,
  { from = revision(0), to }: Range,
): AsyncGenerator<Piece, void, undefined> {
  const place = await placeOf(streams, stream);
  const end = Math.min(to ?? place.head, place.head);
  if (from >= end) return;
  let at: number = from;
  let next = await serverRevisionOf(streams, stream, at, place);
  const average = place.head / (place.ordinal + 1);
  let count = Math.min(longestFirstPage, Math.ceil((end - at) / average));
  while (at < end) {
    const page = await pageOf(streams, stream, {
      from: next,
      count: Math.min(count, place.revision - next + 1),
      at,
      end,
    });
    for (const event of page) {
      const { first, count: facts } = stretchOf(stream, event);
      if (first > at || first + facts <= at) throw missing(stream, at, first > at ? first : end);
      const last = Math.min(end, first + facts);
      yield { event, from: at, to: last };
      at = last;
      if (at === end) return;
    }
    next += page.length;
    count = nextCount(page);
  }
}

const nextCount = (page: readonly Recorded[]): number => {
  const bytes = page.reduce((sum, { data }) => sum + (data instanceof Uint8Array ? data.length : 1000), 0);
  return Math.max(1, Math.min(longestPage, Math.floor((pageBytes * page.length) / bytes)));
};

const pageOf = async (
  { server, prefix }: Streams,
  stream: StreamId,
  {
    from,
    count,
    at,
    end,
  }: { readonly from: number; readonly count: number; readonly at: number; readonly end: number },
): Promise<readonly Recorded[]> => {
  const page = count > 0 ? await server.page(prefix + stream, from, count) : [];
  if (page[0] === undefined || Number(page[0].revision) !== from) throw missing(stream, at, end);
  return page;
};

/** What to throw when the facts `from` up to `to` are not where they should be. */
export const missing = (stream: StreamId, from: number, to: number): DamagedStreamError =>
  new DamagedStreamError(stream, revision(from), revision(to), 'the server does not have them any more');

/**
 * The server's revision of the event in which the fact behind `position` is. A guess by proportion and the middle take
 * turns, so that it is found in one or two steps mostly, and in twice the binary logarithm of the segments always.
 */
export const serverRevisionOf = async (
  { server, prefix }: Streams,
  stream: StreamId,
  position: number,
  place: Place,
): Promise<number> => {
  const base = place.revision - place.ordinal;
  let low = { ordinal: 0, first: 0 };
  let high = { ordinal: place.ordinal + 1, first: place.head };
  for (let step = 0; low.ordinal + 1 < high.ordinal && low.first < position; step += 1) {
    const share = step % 2 === 0 ? (position - low.first) / (high.first - low.first) : 0.5;
    const guess = low.ordinal + Math.floor(share * (high.ordinal - low.ordinal));
    const ordinal = Math.min(high.ordinal - 1, Math.max(low.ordinal + (step === 0 ? 0 : 1), guess));
    const [event] = await server.page(prefix + stream, base + ordinal, 1);
    if (event === undefined || Number(event.revision) !== base + ordinal) throw missing(stream, low.first, high.first);
    const { first, count } = stretchOf(stream, event);
    if (first > position) high = { ordinal, first };
    else if (first + count > position) return base + ordinal;
    else low = { ordinal: ordinal + 1, first: first + count };
  }
  return base + low.ordinal;
};

/**
 * Every stream that holds a fact. The server keeps no list of them unless a projection of its own runs there, so all its
 * events are looked through once.
 */
export const listStreams = async (streams: Streams): Promise<readonly StreamId[]> => {
  const { server, prefix } = streams;
  const names = await server.names(prefix, isOurs);
  const found: StreamId[] = [];
  for (const name of names) {
    const stream = name.slice(prefix.length) as StreamId;
    if (placeAfter(stream, await server.last(name)).head > 0) found.push(stream);
  }
  return found;
};
