import { Columns } from './columns.ts';
import type { Line } from './line.ts';
import { LineScanner, longestLine, tooLong } from './scan-lines.ts';
import { Words } from './words.ts';

/** What is left of a line that breaks off is not read: a number without its end is another number. */
const cutLine: Line = { kind: 'unreadable', reason: 'it has no newline, so it may be cut', isCut: true };

const newline = 10;
const longestChunk = 1 << 20;
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
  /** The last bytes, with what was held of those before them. */
  #buffer = new Uint8Array(longestChunk + (1 << 16));
  /** What is read and not told yet lies in `#buffer[#held, #end)`: an event that may go on, the beginning of a line. */
  #held = 0;
  #end = 0;
  /** Held bytes are not looked at again before they are so many: an event of many lines comes in many pieces. */
  #due = 0;
  /** How long the beginning of a line is. */
  #lineLength = 0;
  /** Inside a line that is longer than any. */
  #isSkipping = false;

  /**
   * Takes in the next bytes, cut anywhere.
   *
   * @yields rows that are good until the next are asked for.
   */
  *read(bytes: Uint8Array): Generator<Columns, void> {
    for (let from = 0; from < bytes.length; from += longestChunk) {
      this.#columns.begin();
      this.#take(bytes.subarray(from, from + longestChunk));
      yield this.#columns;
    }
  }

  /** The rows that are left when nothing comes any more; a last line without its newline is one that is cut. */
  end(): Columns {
    const isCut = this.#isSkipping || this.#lineLength > 0;
    this.#columns.begin();
    this.#scan();
    if (isCut) this.#columns.addOther(cutLine);
    return this.#columns;
  }

  #take(bytes: Uint8Array): void {
    let fresh = bytes;
    if (this.#isSkipping) {
      const end = bytes.indexOf(newline) + 1;
      if (end === 0) return;
      this.#isSkipping = false;
      this.#columns.addOther(tooLong);
      fresh = bytes.subarray(end);
    }
    this.#append(fresh);
    const lineFrom = fresh.lastIndexOf(newline) + 1;
    if (lineFrom > 0) {
      this.#lineLength = fresh.length - lineFrom;
      if (this.#end - this.#held < this.#due) return;
      this.#scan();
      const unfinished = this.#scanner.unfinished();
      this.#due = 0;
      if (unfinished === null) return;
      this.#columns.rows -= 1;
      this.#held = unfinished;
      this.#due = 2 * (this.#end - unfinished);
      return;
    }
    this.#lineLength += fresh.length;
    if (this.#lineLength <= longestLine) return;
    this.#scan();
    this.#due = 0;
    this.#held = this.#end;
    this.#lineLength = 0;
    this.#isSkipping = true;
  }

  /** Reads all lines that are held and have an end. */
  #scan(): void {
    const to = this.#end - this.#lineLength;
    this.#columns.bytes = this.#buffer;
    if (this.#columns.view.buffer !== this.#buffer.buffer) this.#columns.view = new DataView(this.#buffer.buffer);
    this.#scanner.scan(this.#held, to);
    this.#held = to;
  }

  /** Puts `bytes` behind what is held, and that at the beginning. */
  #append(bytes: Uint8Array): void {
    const length = this.#end - this.#held;
    const whole = length + bytes.length;
    const buffer = whole + 4 <= this.#buffer.length ? this.#buffer : new Uint8Array(whole * 2);
    buffer.set(this.#buffer.subarray(this.#held, this.#end));
    buffer.set(bytes, length);
    this.#buffer = buffer;
    this.#held = 0;
    this.#end = whole;
  }
}
