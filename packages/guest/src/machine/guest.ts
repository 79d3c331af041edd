import { setTimeout as pause } from 'node:timers/promises';
import { GuestError } from '../guest-error.ts';
import { type ControlMessage, ControlReader, type ProbeOutcome } from './control-message.ts';
import type { Machine } from './machine.ts';

/** What is told while one waits. */
export interface Watch {
  readonly say: (text: string) => void;
  /** Ends the guest when it aborts. */
  readonly signal: AbortSignal;
}

type Milestone = Extract<ControlMessage, { kind: 'hello' | 'armed' | 'begin' | 'done' | 'oops' | 'trace-end' }>;

const milestones: ReadonlySet<string> = new Set(['hello', 'armed', 'begin', 'done', 'oops', 'trace-end']);

const isMilestone = (message: ControlMessage): message is Milestone => milestones.has(message.kind);

export interface ProbeVerdict {
  readonly outcome: ProbeOutcome;
  readonly name: string;
  readonly reason: string;
}

export interface OpTally {
  readonly thread: string;
  readonly op: string;
  readonly errno: string;
  readonly count: number;
}

/** The console's last words, for a person. */
const shownLines = 12;

/** What the guest's console says when nothing more will come. */
const halted = /System halted|Kernel panic|not syncing/;

/** How often the console is looked at, in milliseconds. */
const glance = 250;

/** The console may say more after its first sign of trouble. */
const afterwards = 1500;

const never = (): Promise<never> => new Promise(() => {});

/** The system in a machine, by what it says on its control port. */
export class Guest {
  readonly machine: Machine;
  readonly files = new Map<string, Uint8Array>();
  readonly tallies: OpTally[] = [];
  /** What it cannot do, in its words; lines that this version does not know. */
  readonly remarks: string[] = [];
  /** The last verdict on each: one that was set can still be taken back. */
  readonly #probes = new Map<string, ProbeVerdict>();
  readonly #said = new Map<Milestone['kind'], Milestone>();
  readonly #watch: Watch;
  #heard: () => void = () => {};

  constructor(machine: Machine, watch: Watch) {
    this.machine = machine;
    this.#watch = watch;
    const reader = new ControlReader();
    machine.control.on('data', (bytes: Buffer) => {
      for (const message of reader.read(bytes)) this.#hear(message);
    });
  }

  said<Kind extends Milestone['kind']>(kind: Kind): Extract<Milestone, { kind: Kind }> | undefined {
    return this.#said.get(kind) as Extract<Milestone, { kind: Kind }> | undefined;
  }

  get probes(): readonly ProbeVerdict[] {
    return [...this.#probes.values()];
  }

  text(file: string): string | undefined {
    const bytes = this.files.get(file);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  tell(line: string): void {
    this.machine.control.write(`${line}\n`);
  }

  /**
   * Waits until the guest has said one of these.
   *
   * @param seconds - how long; anew whenever `progress` has grown in that time.
   * @throws GuestError when it has not in time, when the machine ends or halts before, or when the watch is aborted.
   */
  async until(kinds: readonly Milestone['kind'][], seconds: number, progress = () => 0): Promise<void> {
    const isHeard = (): boolean => kinds.some((kind) => this.#said.has(kind));
    const heard = new Promise<null>((resolve) => {
      this.#heard = () => {
        if (isHeard()) resolve(null);
      };
      this.#heard();
    });
    const over = new AbortController();
    const why = await Promise.race([
      heard,
      this.machine.ended.then((how) => `QEMU ended (${how})`),
      this.#standsStill(seconds, progress, over.signal).then(
        () => `it had not said "${kinds.join('" or "')}" within ${seconds} s`,
      ),
      this.#interrupted(over.signal),
      this.#halted(over.signal),
    ]);
    over.abort();
    if (why !== null && !isHeard()) throw new GuestError(why);
  }

  /** The last lines of the console, or of what QEMU complained of where it said nothing. */
  lastWords(): readonly string[] {
    const linesOf = (text: string): string[] => text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
    const said = linesOf(this.machine.console()).filter((line) => !line.includes('BIOS-e820'));
    const complaints = linesOf(this.machine.complaints()).filter((line) => !line.includes('has no peer'));
    return [...said.slice(-shownLines), ...complaints.slice(-shownLines)];
  }

  /** Settles when there was no progress for so long; `over` ends the waiting. */
  async #standsStill(seconds: number, progress: () => number, over: AbortSignal): Promise<void> {
    for (let last: number | null = null; last === null || progress() > last; ) {
      last = progress();
      await pause(seconds * 1000, undefined, { signal: over }).catch(never);
    }
  }

  /** Settles when the watch is aborted; `over` ends the waiting. */
  #interrupted(over: AbortSignal): Promise<string> {
    const { signal } = this.#watch;
    const why = 'it was interrupted';
    if (signal.aborted) return Promise.resolve(why);
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(why), { once: true, signal: over });
    });
  }

  /** Settles when the console shows that nothing more will come; `over` ends the looking. */
  async #halted(over: AbortSignal): Promise<string> {
    try {
      for (;;) {
        await pause(glance, undefined, { signal: over });
        const [sign] = halted.exec(this.machine.console()) ?? [];
        if (sign === undefined) continue;
        await pause(afterwards, undefined, { signal: over });
        return `its console says "${sign}"`;
      }
    } catch {
      return never();
    }
  }

  #hear(message: ControlMessage): void {
    if (isMilestone(message)) {
      this.#said.set(message.kind, message);
      this.#heard();
    }
    switch (message.kind) {
      case 'stage':
        this.#watch.say(`${message.name} (${message.seconds.toFixed(1)} s after its start)`);
        break;
      case 'probe':
        this.#probes.set(message.name, { outcome: message.outcome, name: message.name, reason: message.reason });
        break;
      case 'file':
        this.files.set(message.name, message.bytes);
        break;
      case 'tally':
        this.tallies.push({ thread: message.thread, op: message.op, errno: message.errno, count: message.count });
        break;
      case 'trouble':
        this.remarks.push(message.text);
        break;
      case 'other':
        if (message.line !== '') this.remarks.push(message.line);
    }
  }
}
