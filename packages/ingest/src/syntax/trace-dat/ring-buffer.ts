import { viewOf } from './cursor.ts';

/** How the recording kernel lays its ring-buffer pages out, from tracefs `events/header_page`. */
export interface PageLayout {
  readonly little: boolean;
  /** Bytes of the kernel's `long`: that of the `commit` field. */
  readonly commitSize: 4 | 8;
  readonly commitAt: number;
  /** Where the events begin in a page. */
  readonly dataAt: number;
}

/** `field: local_t commit; offset:8; size:8;` says the kernel's long, which need not be that of its user space. */
export const pageLayout = (headerPage: string, little: boolean, longSize: 4 | 8): PageLayout => {
  const field = (name: string) => new RegExp(`\\b${name};\\s*offset:(\\d{1,4});\\s*size:(\\d{1,9});`).exec(headerPage);
  const commit = field('commit');
  const commitSize = commit ? (commit[2] === '4' ? 4 : 8) : longSize;
  const commitAt = commit ? Number(commit[1]) : 8;
  const data = field('data');
  return { little, commitSize, commitAt, dataAt: data ? Number(data[1]) : commitAt + commitSize };
};

// include/linux/ring_buffer.h: what the five bits of type_len mean beyond "words of data".
const padding = 29;
const timeExtend = 30;
const timeStamp = 31;

// The flags that are kept above the length in `commit`.
const missedEvents = 0x8000_0000;
const missedStored = 0x4000_0000;
const lengthMask = 0x07ff_ffff;
/** An absolute stamp has 59 bits; those above are the page's. */
const stampMask = (1n << 59n) - 1n;

const deltaUnit = 2 ** 27;

/**
 * Walks the events of one page. `next` moves to an event and gives true; then `at`, `length` and the time are its own.
 * A page that contradicts itself ends early, and `trouble` says why.
 */
export class Page {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** null when none are missing before this page; `count` is null when the kernel did not store it. */
  readonly lost: { readonly count: number | null } | null;
  trouble: string | null = null;
  /** Of the event: its first byte in the page, and how many it has. */
  at = 0;
  length = 0;
  /** The event's time is `origin + since`: mostly the page's time and a sum of deltas. */
  origin: bigint;
  since = 0;
  /** `origin` as a number, exact when it is below 2^53. */
  originNumber: number;
  readonly #little: boolean;
  readonly #end: number;
  #next: number;

  constructor(bytes: Uint8Array, layout: PageLayout) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.#little = layout.little;
    this.#next = layout.dataAt;
    this.lost = null;
    if (bytes.length < layout.dataAt || bytes.length < layout.commitAt + layout.commitSize) {
      this.trouble = `a page is cut after ${bytes.length} bytes, within its header`;
      this.origin = 0n;
      this.originNumber = 0;
      this.#end = 0;
      return;
    }
    this.origin = this.view.getBigUint64(0, this.#little);
    this.originNumber = Number(this.origin);
    // The flags and the length are in the low 32 bits, wherever those lie.
    const low = layout.commitAt + (layout.commitSize === 8 && !layout.little ? 4 : 0);
    const commit = this.view.getUint32(low, this.#little);
    const committed = layout.dataAt + (commit & lengthMask);
    this.#end = Math.min(committed, bytes.length);
    // A recorder saves a page once something is in it.
    if (committed === layout.dataAt && this.origin === 0n) this.trouble = 'a page is empty';
    if (committed > bytes.length) {
      this.trouble = `a page says that it holds ${committed} bytes, but has ${bytes.length}`;
    }
    if ((commit & missedEvents) !== 0) {
      const stored = (commit & missedStored) !== 0 && committed + layout.commitSize <= bytes.length;
      this.lost = { count: stored ? this.#countAt(committed, layout.commitSize) : null };
    }
  }

  /** A count beyond 2^53 is not one. */
  #countAt(at: number, size: 4 | 8): number | null {
    const count = size === 4 ? this.view.getUint32(at, this.#little) : Number(this.view.getBigUint64(at, this.#little));
    return Number.isSafeInteger(count) && count > 0 ? count : null;
  }

  #stop(what: string): false {
    this.trouble ??= what;
    this.#next = this.#end;
    return false;
  }

  next(): boolean {
    const { view } = this;
    const little = this.#little;
    const end = this.#end;
    for (;;) {
      const head = this.#next;
      if (head + 4 > end) return head >= end ? false : this.#stop(`${end - head} bytes are left at the end of a page`);
      const word = view.getUint32(head, little);
      const type = little ? word & 31 : word >>> 27;
      const delta = little ? word >>> 5 : word & 0x07ff_ffff;
      if (type > 0 && type < padding) {
        this.at = head + 4;
        this.length = type * 4;
        this.#next = this.at + this.length;
        this.since += delta;
        if (this.#next > end) return this.#stop(`an event of ${this.length} bytes goes beyond its page`);
        return true;
      }
      if (head + 8 > end) {
        // Padding without a delta fills what is left of the page, however little that is.
        return type === padding && delta === 0
          ? this.#stopQuietly()
          : this.#stop('an event is cut by the end of a page');
      }
      const array = view.getUint32(head + 4, little);
      switch (type) {
        case 0: {
          // Here array[0] is the length, its own four bytes included.
          if (array < 4) return this.#stop(`an event says that it has ${array} bytes`);
          this.at = head + 8;
          this.length = array - 4;
          this.#next = this.at + ((this.length + 3) & ~3);
          this.since += delta;
          if (this.at + this.length > end) return this.#stop(`an event of ${this.length} bytes goes beyond its page`);
          return true;
        }
        case padding:
          if (delta === 0) return this.#stopQuietly();
          this.since += delta;
          this.#next = head + 4 + array;
          if (array < 4 || this.#next > end)
            return this.#stop(`a discarded event of ${array} bytes goes beyond its page`);
          break;
        case timeExtend:
          this.since += array * deltaUnit + delta;
          this.#next = head + 8;
          break;
        case timeStamp:
          this.origin = (this.origin & ~stampMask) | (BigInt(array) << 27n) | BigInt(delta);
          this.originNumber = Number(this.origin);
          this.since = 0;
          this.#next = head + 8;
          break;
      }
    }
  }

  #stopQuietly(): false {
    this.#next = this.#end;
    return false;
  }
}
