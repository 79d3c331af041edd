/** How a candidate for a probe fared in the guest. */
export type ProbeOutcome = 'ok' | 'absent' | 'reject' | 'skip';

/** What the guest says on its control port, a line each; a `file` is followed by its bytes. */
export type ControlMessage =
  | { readonly kind: 'hello'; readonly protocol: number; readonly release: string }
  | { readonly kind: 'stage'; readonly name: string; readonly seconds: number }
  | { readonly kind: 'probe'; readonly outcome: ProbeOutcome; readonly name: string; readonly reason: string }
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'armed' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'tally';
      readonly thread: string;
      readonly op: string;
      readonly errno: string;
      readonly count: number;
    }
  | { readonly kind: 'oops'; readonly text: string }
  /** What it cannot do. */
  | { readonly kind: 'trouble'; readonly text: string }
  /** So many bytes were sent on the trace port. */
  | { readonly kind: 'trace-end'; readonly bytes: number }
  | { readonly kind: 'done' }
  /** What this version does not know. */
  | { readonly kind: 'other'; readonly line: string };

const outcomes: ReadonlySet<string> = new Set(['ok', 'absent', 'reject', 'skip']);

const isOutcome = (word: string): word is ProbeOutcome => outcomes.has(word);

const isCount = (word: string): boolean => /^\d{1,15}$/.test(word);

/** The message that one line is; a `file` has no bytes yet. */
const messageOf = (
  line: string,
): ControlMessage | { readonly kind: 'head'; readonly name: string; readonly size: number } => {
  const [word = '', first = '', second = '', third = '', fourth = ''] = line.split(' ');
  const after = (words: number): string => line.split(' ').slice(words).join(' ');
  switch (word) {
    case 'hello':
      if (isCount(first)) return { kind: 'hello', protocol: Number(first), release: second };
      break;
    case 'stage':
      return { kind: 'stage', name: first, seconds: Number(second) || 0 };
    case 'probe':
      if (isOutcome(first)) return { kind: 'probe', outcome: first, name: second, reason: after(3) };
      break;
    case 'file':
      if (isCount(second)) return { kind: 'head', name: first, size: Number(second) };
      break;
    case 'armed':
    case 'begin':
    case 'end':
    case 'done':
      return { kind: word };
    case 'tally':
      if (isCount(fourth)) return { kind: 'tally', thread: first, op: second, errno: third, count: Number(fourth) };
      break;
    case 'oops':
    case 'trouble':
      return { kind: word, text: after(1) };
    case 'trace-end':
      if (isCount(first)) return { kind: 'trace-end', bytes: Number(first) };
  }
  return { kind: 'other', line };
};

/** More than any line of the protocol: what is longer is no line, and is not kept. */
const longestLine = 1 << 16;

/** Reads the control port's bytes, in pieces of any size. */
export class ControlReader {
  #pending: Uint8Array = new Uint8Array();
  #file: { readonly name: string; readonly size: number } | null = null;

  /** The messages that are complete with this piece. */
  *read(piece: Uint8Array): Generator<ControlMessage, void> {
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    for (let message = this.#next(); message !== null; message = this.#next()) yield message;
  }

  #next(): ControlMessage | null {
    if (this.#file !== null) {
      const { name, size } = this.#file;
      if (this.#pending.length < size) return null;
      this.#file = null;
      return { kind: 'file', name, bytes: this.#take(size) };
    }
    const end = this.#pending.indexOf(0x0a);
    if (end < 0)
      return this.#pending.length > longestLine ? { kind: 'other', line: this.#text(this.#pending.length) } : null;
    const message = messageOf(this.#text(end + 1).trimEnd());
    if (message.kind !== 'head') return message;
    this.#file = message;
    return this.#next();
  }

  #take(size: number): Uint8Array {
    const bytes = Uint8Array.from(this.#pending.subarray(0, size));
    this.#pending = this.#pending.subarray(size);
    return bytes;
  }

  #text(size: number): string {
    return new TextDecoder().decode(this.#take(size));
  }
}
