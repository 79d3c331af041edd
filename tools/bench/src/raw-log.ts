import { closeSync, fdatasyncSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { type LogEvent, streamId } from '@custody/log';
import { type Columns, cut, type Segment, segment, unpack } from '@custody/segments';

const stream = streamId('raw');
const size = { events: 1000, chars: 2 ** 20 };

/**
 * What a log is measured beside: the same segments one behind the other in a plain file, which of them lies where only in
 * memory. It is no log: what was added is safe only after `end`, and nobody else may write.
 */
export class RawLog {
  readonly #compressed: boolean;
  readonly #file: number;
  readonly #segments: (Omit<Segment, 'data'> & { readonly at: number; readonly length: number })[] = [];
  #waiting: Columns | undefined;
  #events = 0;
  #bytes = 0;
  #chain: Uint8Array = new Uint8Array();

  constructor(path: string, compressed: boolean) {
    this.#file = openSync(path, 'w+');
    this.#compressed = compressed;
  }

  /** Packs and writes the segments that `events` make complete. */
  add(events: readonly LogEvent[]): void {
    const begun = this.#waiting;
    this.#waiting = undefined;
    for (const columns of cut(events, size, begun)) {
      if (columns.isFull) this.#write(columns);
      else this.#waiting = columns;
    }
  }

  /** Writes what waits, and brings everything to the disk. */
  end(): void {
    if (this.#waiting !== undefined) this.#write(this.#waiting);
    this.#waiting = undefined;
    fsyncSync(this.#file);
  }

  #write(columns: Columns): void {
    const { data, ...row } = segment(stream, this.#events, columns, this.#chain, { compressed: this.#compressed });
    writeSync(this.#file, data);
    this.#segments.push({ ...row, at: this.#bytes, length: data.length });
    this.#events += columns.count;
    this.#bytes += data.length;
    this.#chain = row.chain;
  }

  /** Has every event between two positions in hand once. @returns how many. */
  read(from: number, to: number): number {
    let seen = 0;
    for (const events of this.#batches(from, to)) for (const _ of events) seen += 1;
    return seen;
  }

  *#batches(from: number, to: number): Generator<readonly LogEvent[], undefined> {
    for (const { at, length, ...row } of this.#segments) {
      if (row.first >= to || row.first + row.count <= from) continue;
      const data = Buffer.allocUnsafe(length);
      readSync(this.#file, data, 0, length, at);
      yield unpack(stream, { ...row, data }, from, to);
    }
  }

  /** All events of the segment in which `position` lies. */
  readAround(position: number): number {
    const found = this.#segments.findLast(({ first }) => first <= position);
    return found === undefined ? 0 : this.read(found.first, found.first + found.count);
  }

  get bytes(): number {
    return fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** One event as a line of JSON in a plain file, brought to the disk. */
export const appendRaw = (file: number, event: LogEvent): void => {
  writeSync(file, `${JSON.stringify(event)}\n`);
  fdatasyncSync(file);
};
