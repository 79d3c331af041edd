import { Columns } from './columns.ts';
import type { Line } from './line.ts';
import { LineScanner, longestLine, tooLong } from './scan-lines.ts';
import { Words } from './words.ts';

/** What is left of a line that breaks off is not read: a number without its end is another number. */
const cutLine: Line = { kind: 'unreadable', reason: 'it has no newline, so it may be cut', isCut: true };

const newline = 10;
const longestChunk = 1 << 20;
const nothing = new Uint8Array(0);

const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const [first = nothing] = pieces;
  if (pieces.length <= 1) return first;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/**
 * Reads tracefs text (`trace`, `trace_pipe`) and the output of `trace-cmd report`, with any of their columns. Total:
 * what is no line of a trace is a row that says why.
 *
 * An argument can have a newline in it, and is printed as it is. So a line that is no record, behind a record with a
 * string that is not closed, goes on with that record, which then has several `lines`.
 */
export class TextReader {
  readonly #columns = new Columns(new Words());
  readonly #scanner = new LineScanner(this.#columns);
  /** What was read and not told yet: an event that may go on, then the beginning of a line. */
  #held: Uint8Array[] = [];
  /** The length of that beginning. */
  #lineLength = 0;
  /** Inside a line that is longer than any. */
  #isSkipping = false;

  /**
   * Takes in the next bytes, cut anywhere; they may not change while what they said is used.
   *
   * @yields rows, good until the next are asked for.
   */
  *read(bytes: Uint8Array): Generator<Columns, void> {
    for (let from = 0; from < bytes.length; from += longestChunk) {
      this.#take(bytes.subarray(from, from + longestChunk));
      yield this.#columns;
    }
  }

  /** The rows that are left when nothing comes any more; a last line without its newline is one that is cut. */
  end(): Columns {
    const isCut = this.#isSkipping || this.#lineLength > 0;
    this.#columns.begin();
    this.#tellHeld();
    if (isCut) this.#columns.addOther(cutLine);
    return this.#columns;
  }

  #take(bytes: Uint8Array): void {
    const columns = this.#columns;
    const scanner = this.#scanner;
    columns.begin();
    let fresh = bytes;
    if (this.#isSkipping) {
      const end = bytes.indexOf(newline) + 1;
      if (end === 0) return;
      this.#isSkipping = false;
      columns.addOther(tooLong);
      fresh = bytes.subarray(end);
    }
    this.#held.push(fresh);
    const lastLine = fresh.lastIndexOf(newline) + 1;
    if (lastLine === 0) {
      this.#lineLength += fresh.length;
      if (this.#lineLength <= longestLine) return;
      this.#tellHeld();
      this.#isSkipping = true;
      return;
    }
    this.#lineLength = fresh.length - lastLine;
    columns.bytes = joined(this.#held);
    const end = columns.bytes.length - this.#lineLength;
    scanner.scan(0, end);
    const unfinished = scanner.unfinished();
    if (unfinished !== null) columns.rows -= 1;
    this.#held = [columns.bytes.subarray(unfinished ?? end)];
  }

  /** An event that might have gone on does not. */
  #tellHeld(): void {
    const columns = this.#columns;
    columns.bytes = joined(this.#held);
    this.#scanner.scan(0, columns.bytes.length - this.#lineLength);
    this.#held = [];
    this.#lineLength = 0;
  }
}
