import type { Duplex } from 'node:stream';
import { GuestError } from '../guest-error.ts';

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
}

const ended = 'Cannot ask QEMU: it has ended';

/** QEMU's monitor, by the QEMU Machine Protocol: a JSON document a line, asked one at a time. */
export class Monitor {
  readonly #socket: Duplex;
  #pending = '';
  #waiting: { readonly take: (reply: Reply) => void; readonly fail: (error: Error) => void } | null = null;
  #ready: Promise<unknown> | null = null;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#read(bytes.toString('utf8')));
    socket.on('close', () => this.#waiting?.fail(new GuestError(ended)));
  }

  /** @throws GuestError when QEMU refuses, or ends before it has answered. */
  async ask(command: string, given: Record<string, unknown> = {}): Promise<unknown> {
    this.#ready ??= this.#send({ execute: 'qmp_capabilities' });
    await this.#ready;
    return this.#send({ execute: command, arguments: given });
  }

  #send(request: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new GuestError(ended));
      const settle = (done: () => void): void => {
        this.#waiting = null;
        done();
      };
      this.#waiting = {
        take: (reply) =>
          settle(() =>
            reply.error === undefined
              ? resolve(reply.return)
              : reject(new GuestError(`Cannot have QEMU do ${JSON.stringify(request)}: ${reply.error.desc}`)),
          ),
        fail: (error) => settle(() => reject(error)),
      };
      this.#socket.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** The greeting and events are not answers. */
  #read(text: string): void {
    const lines = (this.#pending + text).split('\n');
    this.#pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const reply = JSON.parse(line) as Reply;
      if ('return' in reply || 'error' in reply) this.#waiting?.take(reply);
    }
  }
}
