import type { Columns } from './columns.ts';
import type { Line } from './line.ts';
import { hashed, noHash } from './words.ts';

/** In bytes, with its newline; the kernel prints an event into a page or two. */
export const longestLine = 1 << 20;
/** How much text the lines of one event can have together, in bytes. */
const longestEvent = 1 << 16;

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const blank = 32;
const quote = 34;
const hash = 35;
const open = 40;
const close = 41;
const dash = 45;
const dot = 46;
const zero = 48;
const nine = 57;
const colon = 58;
const openBracket = 91;
const closeBracket = 93;
const letterV = 118;

const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** White space of ASCII: the kernel prints no other. */
const isSpace = (byte: number): boolean => byte === blank || (byte >= tab && byte <= carriageReturn);
const isDigit = (byte: number): boolean => byte >= zero && byte <= nine;
/** 1 for a byte that a name or a time can have. */
const tokenBytes = Uint8Array.from({ length: 256 }, (_, byte) => (byte === colon || isSpace(byte) ? 0 : 1));
const isTokenByte = (byte: number): boolean => tokenBytes[byte] === 1;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** Each byte one character, so that places in the text are places in the bytes. */
const byteDecoder = new TextDecoder('latin1');

const comment: Line = { kind: 'comment' };
const shapeless: Line = { kind: 'unreadable', reason: 'not of the form "comm-pid [cpu] time: event: fields"' };
export const tooLong: Line = {
  kind: 'unreadable',
  reason: `longer than ${longestLine} bytes, as no line of a trace is`,
};
const late = (seconds: string): Line => ({ kind: 'unreadable', reason: `time ${seconds} is past 2^53 nanoseconds` });

/** trace-cmd has a buffer's name in front, where it says one. */
const lostShape = /^(?:\S+:\s+)?CPU:(\d{1,9}) \[(?:LOST (?:(\d+) )?EVENTS|(?:(\d+) )?EVENTS DROPPED)\]$/;
/** Stands where the kernel began with a CPU's buffer: that may be between the lines of an event. */
const bufferStartShape = /^##### CPU \d+ buffer started ####$/;

const isComment = (text: string): boolean =>
  text.trim() === '' || text.startsWith('#') || text.startsWith('version = ') || /^cpus=\d+$/.test(text);

const startsComment = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === hash || (bytes[at] === letterV && byteDecoder.decode(bytes.subarray(at, at + 10)) === 'version = ');

/** A line that is no record. */
const otherLine = (text: string): Line => {
  if (isComment(text)) return comment;
  const lost = lostShape.exec(text);
  if (!lost) return shapeless;
  const count = Number(lost[2] ?? lost[3]);
  // There is a gap, even where the count is beyond 2^53 and so is none.
  return { kind: 'lost', cpu: Number(lost[1]), count: Number.isSafeInteger(count) ? count : null };
};

/**
 * With latency columns the CPU stands without brackets, at the flags: `sh-530  1d..2.`. Behind them the time, or with
 * the option `latency-format` microseconds since the trace began and a mark for what took long: `123us+: `.
 */
const latencyShape =
  /^[ \t]*(?![ \t])([^\n]+?)-(\d+)[ \t]+(\d{1,9})[.?dDbBX][\w.?]{3,5}[ \t]+(?:(\d+)(?:\.(\d+))?|(\d+)us[ +!#*@$]): ([^\s:]+): ?/d;

const latencyTime = (seconds: string, fraction: string | undefined, micros: string | undefined): number => {
  if (micros !== undefined) return Number(micros) * 1000;
  return fraction === undefined ? Number(seconds) : Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0').slice(0, 9));
};

/** Where the first newline from `at` on is, which there must be: four bytes at a time, none of which is 0 after `^` but it. */
const newlineFrom = (view: DataView, at: number): number => {
  for (let next = at; ; next += 4) {
    const word = view.getInt32(next, true) ^ 0x0a0a0a0a;
    const found = (word - 0x01010101) & ~word & 0x80808080;
    if (found !== 0) return next + ((31 - Math.clz32(found & -found)) >> 3);
  }
};

const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
  let sum = noHash;
  for (let index = from; index < to; index += 1) sum = hashed(sum, bytes[index] as number);
  return sum;
};

const quotesIn = (bytes: Uint8Array, from: number, to: number): number => {
  let count = 0;
  for (let index = from; index < to; index += 1) if (bytes[index] === quote) count += 1;
  return count;
};

/** Back over white space. @returns the end of what stands before it; `at` where there is none. */
const backOverSpace = (bytes: Uint8Array, from: number, at: number): number => {
  let end = at;
  while (end > from && isSpace(bytes[end - 1] as number)) end -= 1;
  return end;
};

const overSpace = (bytes: Uint8Array, at: number): number => {
  let next = at;
  while (bytes[next] !== newline && isSpace(bytes[next] as number)) next += 1;
  return next;
};

/** Back over a tgid, `( 530)` or `(-----)`, that ends at `at`. @returns where it begins; `at` where it is none. */
const backOverTgid = (bytes: Uint8Array, from: number, at: number): number => {
  for (let begin = at - 1; begin > from; begin -= 1) {
    const byte = bytes[begin - 1] as number;
    if (byte === open) return begin === at - 1 ? at : begin - 1;
    if (!isSpace(byte) && !isDigit(byte) && byte !== dash) return at;
  }
  return at;
};

/** The end of the pid before the brackets, with a tgid between them or not; `from` where there can be none. */
const pidEnd = (bytes: Uint8Array, from: number, bracket: number): number => {
  const end = backOverSpace(bytes, from, bracket);
  if (end === bracket || end === from) return from;
  if (bytes[end - 1] !== close) return end;
  const tgid = backOverTgid(bytes, from, end);
  const before = backOverSpace(bytes, from, tgid);
  return before === tgid ? from : before;
};

/** Past the CPU and the flags, where there are any. @returns where the time begins; 0 when it cannot be there. */
const timeStart = (bytes: Uint8Array, bracket: number): number => {
  let at = bracket + 1;
  while (isDigit(bytes[at] as number)) at += 1;
  // No machine has a CPU of ten digits.
  if (at === bracket + 1 || at > bracket + 10 || bytes[at] !== closeBracket) return 0;
  const first = overSpace(bytes, at + 1);
  if (first === at + 1) return 0;
  let end = first;
  while (isTokenByte(bytes[end] as number)) end += 1;
  return bytes[end] === colon ? first : overSpace(bytes, end);
};

/** A line up to its time, and what it says there. */
interface Head {
  from: number;
  /** 0 when there is none. */
  length: number;
  /** Where in it the pid ends: what differs mostly differs there. */
  mark: number;
  cpu: number;
  comm: number;
  tid: number;
  /** The name of the last event that was so. */
  name: number;
}

const headsKept = 8;

/** Adds a row for each event in a chunk, and for each line that is none. */
export class LineScanner {
  readonly #columns: Columns;
  /** Where the first line of the last record begins. */
  #last = 0;
  /** Of the last few lines that differ before their time: the next is mostly of one of their tasks, CPUs and flags. */
  readonly #heads = Array.from(
    { length: headsKept },
    (): Head => ({ from: 0, length: 0, mark: 0, cpu: 0, comm: 0, tid: 0, name: 0 }),
  );
  #oldestHead = 0;
  /** Quotes in `bytes[from, to)` of the last record that was asked for: it may get longer by a line many times. */
  #quotes = { from: 0, to: 0, count: 0 };

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** Reads the lines in `columns.bytes[from, end)`, each with its newline. */
  scan(from: number, end: number): void {
    const columns = this.#columns;
    const { bytes } = columns;
    for (const head of this.#heads) head.length = 0;
    this.#quotes = { from: 0, to: 0, count: 0 };
    for (let start = from; start < end; ) {
      const before = columns.rows;
      const read = this.#record(start);
      const at = newlineFrom(columns.view, read === 0 ? start : read);
      const to = at > start && bytes[at - 1] === carriageReturn ? at - 1 : at;
      if (at - start >= longestLine) {
        columns.rows = before;
        columns.addOther(tooLong);
      } else if (read === 0) this.#other(start, to);
      else columns.to[before] = to;
      start = at + 1;
    }
  }

  /** Where the last row begins if the next line may belong to it, as its string is not closed yet; else null. */
  unfinished(): number | null {
    return this.#isOpen() ? this.#last : null;
  }

  /**
   * Reads the line at `start` if it is a record: its CPU is in the first brackets with a pid before, a time
   * behind.
   *
   * @returns up to where; 0 when it is none.
   */
  #record(start: number): number {
    const read = this.#likeAnother(start);
    if (read !== 0) return read;
    const { bytes } = this.#columns;
    if (startsComment(bytes, start)) return 0;
    for (let at = start; ; at += 1) {
      let byte = bytes[at] as number;
      while (byte !== openBracket && byte !== newline) {
        at += 1;
        byte = bytes[at] as number;
      }
      if (byte === newline) return 0;
      const to = this.#recordAround(start, at);
      if (to !== 0) return to;
    }
  }

  /** As `#record`, for a line that is as one of the last few up to its time. Where that had no record before, this has none. */
  #likeAnother(start: number): number {
    const columns = this.#columns;
    const { bytes, view } = columns;
    const heads = this.#heads;
    for (let index = 0; index < headsKept; index += 1) {
      const head = heads[index] as Head;
      const { length } = head;
      const shift = start - head.from;
      if (length === 0 || bytes[start + head.mark] !== bytes[start + head.mark - shift]) continue;
      const time = start + length;
      let at = start;
      const last = time - 4;
      while (at < last && view.getInt32(at, true) === view.getInt32(at - shift, true)) at += 4;
      if (at < last || view.getInt32(last, true) !== view.getInt32(last - shift, true)) continue;
      const row = columns.rows;
      const read = this.#event(time, head.name);
      if (read === 0 || !columns.isRecord(row)) return read;
      head.name = columns.name[row] as number;
      columns.cpu[row] = head.cpu;
      columns.comm[row] = head.comm;
      columns.tid[row] = head.tid;
      this.#last = start;
      head.from = start;
      return read;
    }
    return 0;
  }

  #recordAround(start: number, bracket: number): number {
    const columns = this.#columns;
    const { bytes } = columns;
    const tidTo = pidEnd(bytes, start, bracket);
    let tidFrom = tidTo;
    while (tidFrom > start && isDigit(bytes[tidFrom - 1] as number)) tidFrom -= 1;
    // Before the pid a dash, and before that a name of one byte at least.
    if (tidFrom === tidTo || tidFrom < start + 2 || bytes[tidFrom - 1] !== dash) return 0;
    const time = timeStart(bytes, bracket);
    if (time === 0) return 0;
    const row = columns.rows;
    const read = this.#event(time, 0);
    if (read === 0 || !columns.isRecord(row)) return read;

    let cpu = 0;
    for (let digit = bracket + 1; bytes[digit] !== closeBracket; digit += 1) {
      cpu = cpu * 10 + (bytes[digit] as number) - zero;
    }
    let commFrom = start;
    while (isSpace(bytes[commFrom] as number)) commFrom += 1;
    // A task can have named itself with blanks only.
    commFrom = Math.min(commFrom, tidFrom - 2);
    const comm = this.#word(commFrom, tidFrom - 1);
    const tid = this.#word(tidFrom, tidTo);
    columns.cpu[row] = cpu;
    columns.comm[row] = comm;
    columns.tid[row] = tid;
    this.#last = start;
    const head = this.#heads[this.#oldestHead] as Head;
    this.#oldestHead = (this.#oldestHead + 1) % headsKept;
    head.from = start;
    head.length = time - start;
    head.mark = tidTo - 1 - start;
    head.cpu = cpu;
    head.comm = comm;
    head.tid = tid;
    head.name = columns.name[row] as number;
    return read;
  }

  /**
   * Reads what stands from the time on: `30.277190: glock: `. Adds a row that has no task yet, or one of a time that is
   * too late.
   *
   * @param before - the name of an event behind which this one is likely to be what it was the last time.
   * @returns the end of the event's name; 0 when it is none.
   */
  #event(time: number, before: number): number {
    const columns = this.#columns;
    const { bytes } = columns;
    let at = time;
    // Small numbers as long as they are: they are quicker than those with a fraction, and most times have few digits.
    let few = 0;
    const fewTo = time + 9;
    for (; at < fewTo && isDigit(bytes[at] as number); at += 1) few = (few * 10 + (bytes[at] as number) - zero) | 0;
    if (at === time) return 0;
    let nanos = few;
    for (; isDigit(bytes[at] as number); at += 1) nanos = nanos * 10 + (bytes[at] as number) - zero;
    const secondsTo = at;
    if (bytes[at] === dot) {
      at += 1;
      let fraction = 0;
      let digits = 0;
      for (; isDigit(bytes[at] as number); at += 1) {
        if (digits === 9) continue;
        fraction = (fraction * 10 + (bytes[at] as number) - zero) | 0;
        digits += 1;
      }
      if (digits === 0) return 0;
      nanos = nanos * 1e9 + fraction * (powersOfTen[9 - digits] as number);
    }
    if (bytes[at] !== colon || bytes[at + 1] !== blank) return 0;

    const nameFrom = at + 2;
    let name = columns.words.follower(before, columns.view, nameFrom);
    if (name >= 0) at = nameFrom + columns.words.lengthOf(name);
    else {
      let nameHash = noHash;
      at = nameFrom;
      for (let byte = bytes[at] as number; isTokenByte(byte); byte = bytes[at] as number) {
        nameHash = hashed(nameHash, byte);
        at += 1;
      }
      if (at === nameFrom || bytes[at] !== colon) return 0;
      name = columns.words.numberOf(bytes, nameFrom, at, nameHash);
      columns.words.follows(before, name);
    }
    if (!Number.isSafeInteger(nanos)) {
      columns.addOther(late(decoder.decode(bytes.subarray(time, secondsTo))));
      return at;
    }
    columns.addRecord(nanos, 0, 0, 0, name, at + (bytes[at + 1] === blank ? 2 : 1));
    return at;
  }

  /** A line with latency columns, one that goes on with the record before it, or none of a record. */
  #other(start: number, to: number): void {
    const columns = this.#columns;
    const bytes = columns.bytes.subarray(start, to);
    if (!startsComment(bytes, 0) && this.#latencyRecord(bytes, start)) {
      columns.to[columns.rows - 1] = to;
      return;
    }
    const text = decoder.decode(bytes);
    const line = otherLine(text);
    if (line.kind !== 'lost' && !bufferStartShape.test(text) && this.#isOpen()) columns.extend(to);
    else columns.addOther(line);
  }

  #latencyRecord(line: Uint8Array, start: number): boolean {
    const columns = this.#columns;
    const found = latencyShape.exec(byteDecoder.decode(line));
    if (!found) return false;
    const [whole, , , cpu = '', seconds = '', fraction, micros] = found;
    const at = latencyTime(seconds, fraction, micros);
    if (!Number.isSafeInteger(at)) {
      columns.addOther(late(micros === undefined ? seconds : `${micros}us`));
      return true;
    }
    const word = (group: number): number => {
      const [from, to] = found.indices?.[group] ?? [0, 0];
      return this.#word(start + from, start + to);
    };
    columns.addRecord(at, Number(cpu), word(1), word(2), word(7), start + whole.length);
    this.#last = start;
    return true;
  }

  #word(from: number, to: number): number {
    const { bytes, words } = this.#columns;
    return words.numberOf(bytes, from, to, hashOf(bytes, from, to));
  }

  /** Has the last row a string that is not closed, and is it no longer than an event can be? */
  #isOpen(): boolean {
    const columns = this.#columns;
    const row = columns.rows - 1;
    if (row < 0 || !columns.isRecord(row)) return false;
    const from = columns.from[row] as number;
    const to = columns.to[row] as number;
    if (to - from >= longestEvent) return false;
    const known = this.#quotes.from === from ? this.#quotes : { from, to: from, count: 0 };
    const count = known.count + quotesIn(columns.bytes, known.to, to);
    this.#quotes = { from, to, count };
    return count % 2 === 1;
  }
}
