import { createHash } from 'node:crypto';
import type { LogEvent, StreamId } from '@custody/log';
import { type Columns, cut, type Segment, segment, textOf } from '@custody/segments';
import { frame, type Kind, prologue } from './format.ts';
import type { Batch, Parcel, Sealed } from './parcel.ts';

/** As a store cuts them. */
const size = { events: 1000, chars: 1_048_576 };

/** What a segment says of itself, its length before it, and its data behind it. */
const segmentBody = ({ data, chain, ...meta }: Segment): Buffer => {
  const said = Buffer.from(JSON.stringify({ ...meta, chain: Buffer.from(chain).toString('hex') }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(said.length);
  return Buffer.concat([length, said, data]);
};

/** Seals events into segments, one stream after the other. */
const sealer = (stream: StreamId) => {
  let waiting: Columns | undefined;
  let first = 0;
  let chain: Uint8Array = new Uint8Array();
  const seal = (columns: Columns): Segment => {
    const sealed = segment(stream, first, columns, chain, { compressed: true });
    first += sealed.count;
    chain = sealed.chain;
    return sealed;
  };
  return {
    add: (events: readonly LogEvent[]): readonly Segment[] => {
      const sealed: Segment[] = [];
      const begun = waiting;
      waiting = undefined;
      for (const columns of cut(events, size, begun)) {
        if (columns.isFull) sealed.push(seal(columns));
        else waiting = columns;
      }
      return sealed;
    },
    end: (): readonly Segment[] => {
      const last = waiting === undefined ? [] : [seal(waiting)];
      waiting = undefined;
      return last;
    },
  };
};

const partOf = (kind: Kind, count: number, body: Uint8Array): Buffer => Buffer.concat([frame(kind, count, body), body]);

const kindOf: Readonly<Record<Batch['of'], Kind>> = { events: 'EVTS', notes: 'NOTE' };

/**
 * A run as one file, piece by piece: no more than a segment of it is held.
 *
 * @throws what `parcel.read` throws.
 */
export async function* writeBundle({ about, events, notes, read }: Parcel): AsyncGenerator<Uint8Array, Sealed> {
  const whole = createHash('sha256');
  const content = createHash('sha256');
  let bytes = 0;
  const told = (piece: Uint8Array): Uint8Array => {
    whole.update(piece);
    bytes += piece.length;
    return piece;
  };
  const part = (kind: Kind, count: number, body: Uint8Array): Uint8Array => told(partOf(kind, count, body));
  const sealers = { events: sealer(events.stream), notes: sealer(notes.stream) };
  const parts = (of: Batch['of'], segments: readonly Segment[]) =>
    segments.map((sealed) => part(kindOf[of], sealed.count, segmentBody(sealed)));

  yield told(prologue());
  yield part('HEAD', 0, Buffer.from(JSON.stringify({ about, events, notes })));
  let current: Batch['of'] = 'events';
  for await (const { of, items } of read()) {
    if (of !== current) yield* parts(current, sealers[current].end());
    current = of;
    if (of === 'events') for (const item of items) content.update(textOf(item)).update('\n');
    yield* parts(of, sealers[of].add(items));
  }
  yield* parts(current, sealers[current].end());
  const last = partOf('DONE', 0, whole.digest());
  yield last;
  return { bytes: bytes + last.length, digest: content.digest('hex') };
}
