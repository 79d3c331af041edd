import { type Errno, type Position, position, type TaskId, type TraceEvent } from '@custody/trace';
import { type Finding, FirstOf } from './findings.ts';

/** Answers that user space wrote down, beside those that the trace shows the kernel give to the same task. */
export interface MarkerTally {
  readonly agreed: number;
  /** The trace shows no answer: no probe stands there, or the file could not even be opened. */
  readonly unseen: number;
  readonly differing: number;
}

/** A marker such as `SCN op=bind dev=0000:03:02.0 drv=e1000 result=EBUSY`. */
const answer = /^SCN op=(\w+) .*\bresult=(\w+)$/;

/** `SCN op=bind dev=… drv=…` without a result: the task is about to ask. */
const question = /^SCN op=\w+ (?!.*\bresult=)/;

/** What a task was last told, by what it asked for. */
interface Told {
  bind?: Errno;
  unbind?: Errno;
  type?: Errno;
  /** Of opening, or of an ioctl: a claim is several of these, and ends with the first that fails. */
  claim?: Errno;
}

const learn = (told: Told, event: TraceEvent): void => {
  if (event.type === 'CallReturned' && event.data.op === 'store-type') told.type = event.data.errno;
  if (event.type !== 'SyscallReturned') return;
  const { call, errno } = event.data;
  if (call === 'write bind') told.bind = errno;
  else if (call === 'write unbind') told.unbind = errno;
  else if (call.startsWith('open ') || call.startsWith('ioctl ')) told.claim = errno;
};

const isAsked = (op: string): op is keyof Told => ['bind', 'unbind', 'type', 'claim'].includes(op);

/** Holds what a scenario's threads say that they saw beside what the kernel is seen to answer them. */
export class GroundTruth {
  #position = 0;
  #agreed = 0;
  #unseen = 0;
  readonly #differing = new FirstOf<{ readonly text: string; readonly seen: Errno; readonly at: Position }>();
  readonly #told = new Map<TaskId, Told>();

  /** Events in the order of the run, from its first on. */
  see(event: TraceEvent): void {
    this.#position += 1;
    if (event.type === 'EventsLost') this.#told.clear();
    else if (event.type === 'MarkerWritten') this.#hear(event.task, event.data.text);
    else if (event.type === 'CallReturned' || event.type === 'SyscallReturned') {
      const told = this.#told.get(event.task) ?? {};
      learn(told, event);
      this.#told.set(event.task, told);
    }
  }

  #hear(task: TaskId, text: string): void {
    const [, op = '', result = ''] = answer.exec(text) ?? [];
    if (question.test(text)) this.#told.delete(task);
    if (!isAsked(op)) return;
    const seen = this.#told.get(task)?.[op];
    this.#told.delete(task);
    if (seen === undefined) this.#unseen += 1;
    else if (seen.toUpperCase() === result.toUpperCase()) this.#agreed += 1;
    else this.#differing.push({ text, seen, at: position(this.#position) });
  }

  tally(): MarkerTally {
    return { agreed: this.#agreed, unseen: this.#unseen, differing: this.#differing.length };
  }

  findings(): Finding[] {
    const others = this.#differing.length - 1;
    return [...this.#differing].map(({ text, seen, at }) => ({
      kind: 'marker-differs',
      position: at,
      text: `user space wrote "${text}", and the trace shows ${seen}${others === 0 ? '' : `; and ${others} more such`}`,
    }));
  }
}
