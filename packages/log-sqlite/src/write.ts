import { type Revision, RevisionConflictError, revision, type StreamId } from '@custody/log';
import {
  cut,
  type Line,
  lineOf,
  type SegmentOptions,
  type SegmentSize,
  segment,
  tailRow,
  unpack,
} from '@custody/segments';
import type { Rows } from './rows.ts';

/** How segments are made. */
interface Sealing extends SegmentSize, SegmentOptions {}

/**
 * Puts `lines` behind the stream's events, inside the caller's IMMEDIATE transaction.
 *
 * @returns the new revision.
 * @throws RevisionConflictError when the stream is not at `expected`.
 */
export const appendLines = (
  rows: Rows,
  size: Sealing,
  {
    stream,
    lines,
    expected,
  }: { readonly stream: StreamId; readonly lines: readonly Line[]; readonly expected: Revision },
): Revision => {
  const actual = revision(rows.streamNamed(stream)?.revision ?? 0);
  if (actual !== expected) throw new RevisionConflictError(stream, expected, actual);
  if (lines.length === 0) return actual;
  const head = revision(actual + lines.length);
  const id = rows.setRevision(stream, head);
  if (staysInTail(rows, size, id, lines)) rows.addTail(id, tailRow(actual, lines));
  else rollTail(rows, size, { id, stream, lines });
  return head;
};

const staysInTail = (rows: Rows, size: SegmentSize, id: number, lines: readonly Line[]): boolean => {
  const tail = rows.tailSize(id);
  const chars = lines.reduce((sum, line) => sum + line.size, tail.bytes);
  return tail.count + lines.length < size.events && chars < size.chars;
};

/** The tail and the new lines become segments; what is left over becomes the tail. */
const rollTail = (
  rows: Rows,
  size: Sealing,
  { id, stream, lines }: { readonly id: number; readonly stream: StreamId; readonly lines: readonly Line[] },
): void => {
  let { end, chain } = rows.sealedEnd(id);
  const waiting = rows.tailAfter(id, end).flatMap((row) => unpack(stream, row).map(lineOf));
  const { complete, rest } = cut(waiting.concat(lines), size);
  rows.clearTail(id);
  for (const part of complete) {
    const sealed = segment(stream, end, part, chain, size);
    rows.addSegment(id, sealed);
    end += sealed.count;
    chain = sealed.chain;
  }
  if (rest.length > 0) rows.addTail(id, tailRow(end, rest));
};
