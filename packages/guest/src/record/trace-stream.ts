import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** What is gathered before it is given on, so that a slow guest is not read event by event: milliseconds and bytes. */
const gathering = { time: 100, size: 1 << 15 } as const;

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

  async *pieces(): AsyncGenerator<Uint8Array, void> {
    while (!this.#isOver() || this.#size > 0) {
      if (this.#size === 0) {
        await this.#woken();
      } else {
        if (this.#size < gathering.size && !this.#isOver()) await pause(gathering.time);
        yield this.#take();
      }
    }
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

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
