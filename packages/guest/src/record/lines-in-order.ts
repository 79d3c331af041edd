/**
 * What is written on one CPU is seen by the reader of trace_pipe only when it is finished, so a line of another CPU that is
 * later may come first: by 8 ms and 33 lines in a race under TCG. So long, in microseconds, and so many lines are waited for.
 */
const window = { time: 100_000, lines: 1024 } as const;

/** Behind a task and a CPU: `left-93      [001] .....     8.168217: name: …`; the clock `counter` has no fraction. */
const stamp = /-\d+ +(?:\([ \d-]+\) +)?\[\d+\] +\S+ +(\d+)(?:\.(\d{6}))?: /;

interface Held {
  readonly at: number;
  /** With the lines behind it that have no time: an argument with a newline in it. */
  text: string;
}

/** Text of trace_pipe as it comes, given on in the order of its times; not a byte is added, left out or changed. */
export class LinesInOrder {
  #unfinished = '';
  #held: Held[] = [];
  /** What came last, while it is held. */
  #last: Held | null = null;
  #newest = 0;

  /** @returns what nothing can come before any more. */
  add(bytes: Uint8Array): Uint8Array {
    const lines = (this.#unfinished + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#unfinished = lines.pop() ?? '';
    const before = lines.map((line) => this.#take(`${line}\n`)).join('');
    return Buffer.from(before + this.#settled(), 'latin1');
  }

  /** Nothing came for a while: all that is whole. */
  rest(): Uint8Array {
    return Buffer.from(this.#release(this.#held.length), 'latin1');
  }

  /** Nothing comes any more. */
  end(): Uint8Array {
    const text = this.#release(this.#held.length) + this.#unfinished;
    this.#unfinished = '';
    return Buffer.from(text, 'latin1');
  }

  /** @returns what a line without a place in time lets go. */
  #take(line: string): string {
    const [, whole, fraction = ''] = stamp.exec(line) ?? [];
    if (whole !== undefined) {
      this.#insert({ at: Number(whole + fraction), text: line });
      return '';
    }
    // `CPU:1 [LOST 9 EVENTS]` stands between what was before the loss and what came after it.
    if (this.#last === null || line.startsWith('CPU:')) return this.#release(this.#held.length) + line;
    this.#last.text += line;
    return '';
  }

  #insert(one: Held): void {
    this.#newest = Math.max(this.#newest, one.at);
    let place = this.#held.length;
    while (place > 0 && (this.#held[place - 1] as Held).at > one.at) place -= 1;
    this.#held.splice(place, 0, one);
    this.#last = one;
  }

  #settled(): string {
    const old = this.#held.findIndex(({ at }) => at > this.#newest - window.time);
    return this.#release(Math.max(old, this.#held.length - window.lines));
  }

  #release(count: number): string {
    const released = this.#held.splice(0, count);
    if (this.#last !== null && released.includes(this.#last)) this.#last = null;
    return released.map(({ text }) => text).join('');
  }
}
