import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { LinesInOrder } from './lines-in-order.ts';

/** What is gathered before it is given on, so that a slow guest is not read event by event: milliseconds and bytes. */
const gathering = { time: 100, size: 1 << 15 } as const;

/** When nothing comes for so long, what is here is in its order: milliseconds. */
const quiet = 200;

/** Bytes that wait to be read; beyond it the guest waits, and its ring fills. */
const most = 1 << 24;

/** Bytes that were sent and are not here after so long, in milliseconds, will not come. */
const longestPause = 10_000;

/** The bytes of the trace port, as they come. */
export class TraceStream {
  readonly #socket: Duplex;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #received = 0;
  /** How many bytes there will be; known at the end. */
  #whole = Number.POSITIVE_INFINITY;
  #closed = false;
  #wake: () => void = () => {};

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (bytes: Uint8Array) => {
      this.#waiting.push(bytes);
      this.#size += bytes.length;
      this.#received += bytes.length;
      if (this.#size > most) socket.pause();
      this.#wake();
    });
    socket.on('close', () => this.close());
  }

  get received(): number {
    return this.#received;
  }

  /** The guest has sent so many bytes; settled when they are here, or no more of them come. */
  async endAt(bytes: number): Promise<void> {
    this.#whole = bytes;
    this.#wake();
    for (let quiet = 0, last = this.#received; !this.#isOver() && quiet < longestPause; quiet += gathering.time) {
      await pause(gathering.time);
      if (this.#received > last) quiet = 0;
      last = this.#received;
    }
    this.close();
  }

  /** Nothing will come any more. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Whole lines in the order of their times. */
  async *pieces(): AsyncGenerator<Uint8Array, void> {
    const order = new LinesInOrder();
    while (!this.#isOver() || this.#size > 0) {
      if (this.#size === 0) {
        if (!(await this.#woken())) yield order.rest();
      } else {
        if (this.#size < gathering.size && !this.#isOver()) await pause(gathering.time);
        yield order.add(this.#take());
      }
    }
    yield order.end();
  }

  #isOver(): boolean {
    return this.#closed || this.#received >= this.#whole;
  }

  #take(): Uint8Array {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    this.#socket.resume();
    return bytes;
  }

  /** Whether something happened within `quiet`. */
  #woken(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), quiet);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
