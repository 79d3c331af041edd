import { type LogEvent, revision, type StreamId, type StreamReader } from '@custody/log';
import type { Streams } from './append.ts';
import { factsOf } from './format.ts';
import { type Piece, readPieces } from './read.ts';

/** The whole stream is fetched, packed as it is: 50 bytes an event or less. Facts are unpacked where they are looked at. */
export const readerOf = async (streams: Streams, stream: StreamId): Promise<StreamReader> => {
  const pieces: Piece[] = [];
  for await (const piece of readPieces(streams, stream, {})) pieces.push(piece);
  const end = pieces.at(-1)?.to ?? 0;

  /** The number of the piece that holds a position. */
  const pieceAt = (position: number): number => {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pieces[middle] as Piece).to > position) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return {
    revision: revision(end),
    read: (from, to) => {
      const facts: LogEvent[] = [];
      for (let index = pieceAt(from); index < pieces.length; index += 1) {
        const piece = pieces[index] as Piece;
        if (piece.from >= to) break;
        for (const fact of factsOf(stream, piece.event, Math.max(from, piece.from), Math.min(to, piece.to))) {
          facts.push(fact);
        }
      }
      return facts;
    },
  };
};
