import { LevelWatch, type Outlook, type Progress } from '@custody/workbench';
import { type Command, InvalidArgumentError } from 'commander';
import { count, type Printer } from './print.ts';
import { wholeNumber } from './register.ts';

/** When to give up a search. */
export interface SearchOptions {
  /** Milliseconds. */
  readonly budget?: number;
  readonly maxStates?: number;
  /** Bytes. */
  readonly memory?: number;
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `30s`, `500ms`, `2m` → milliseconds. */
const duration = (text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 500ms or 2m.');
  return Number(number) * units[unit as keyof typeof units];
};

const sizes = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;

/** `500M`, `2G`, `1.5G` → bytes. */
const byteSize = (text: string): number => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMG])i?B?$/i.exec(text) ?? [];
  if (number === undefined || Number(number) === 0) {
    throw new InvalidArgumentError('It must be a size such as 500M or 2G.');
  }
  return Number(number) * sizes[unit?.toUpperCase() as keyof typeof sizes];
};

export const addSearchOptions = (command: Command): Command =>
  command
    .option('--budget <time>', 'stop after this long, e.g. 30s (exit 3)', duration)
    .option('--max-states <n>', 'stop after this many states (exit 3)', wholeNumber)
    .option(
      '--memory <size>',
      'stop when the states take this much, e.g. 2G (exit 3; default: most of what is free)',
      byteSize,
    );

const firstWord = 1000;
const everySoOften = 5000;
/** How long a search goes on before signals are looked at, in milliseconds. */
const slice = 25;
/** The share of the free memory that a search may take where nobody says how much. */
const fairShare = 0.8;
/** More than any machine's memory has room for: it is memory that bounds a search. */
const countless = 2 ** 29;

/** What ended a search before its end; null when nothing has. */
export type Stop = 'states' | 'memory' | 'time' | 'interrupt' | null;

/** A search with its clock: the bounds to hand on, and the seconds it has taken. */
export interface Search {
  readonly bounds: { readonly maxStates: number; readonly maxBytes: number; readonly deadline: () => boolean };
  readonly seconds: () => number;
  /** Takes a search to its end, or to where Ctrl-C ends it: then it still says what it has found. */
  readonly take: <Answer>(search: AnySearch<Answer>) => Promise<Answer>;
  /** Why the search ended, by what it says itself. */
  readonly stopOf: (bound: 'states' | 'memory' | 'deadline' | null) => Stop;
}

type AnySearch<Answer> = Iterator<Progress, Answer> | AsyncIterator<Progress, Answer>;

const outlookText = (outlook: Outlook): string => {
  switch (outlook.kind) {
    case 'growing':
      return `, still growing x${outlook.factor.toFixed(outlook.factor < 1.1 ? 2 : 1)} a step`;
    case 'shrinking':
      return `, shrinking: about ${count(outlook.states)} to go`;
    case 'unknown':
      return '';
  }
};

/** `1,204,000 states, 602,000/s, 83,000 in the queue, 21 steps deep, shrinking: about 400,000 to go`. */
const progressText = ({ states, queue, depth, goal }: Progress, perSecond: number, outlook: Outlook): string =>
  `${goal === 'shortest ways' ? 'all found; looking for shorter ways: ' : ''}${count(states)} states, ${count(Math.round(perSecond))}/s, ${count(queue)} in the queue, ${depth} steps deep${outlookText(outlook)}`;

/** Starts the clock. A search that takes more than a second says on stderr where it stands. */
export const searchFor = (print: Printer, what: string, { budget, maxStates, memory }: SearchOptions): Search => {
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  const watch = new LevelWatch();
  let told = firstWord;
  let isInterrupted = false;
  /** Somebody hears from the search itself where it stands; else only its clock can be told. */
  let isHeard = false;

  const clock = (): string => {
    const limit = budget === undefined ? '' : ` of ${budget / 1000} s`;
    return `${what}: ${Math.floor(elapsed() / 1000)} s${limit}`;
  };
  const isDue = (): boolean => {
    if (elapsed() < told) return false;
    told = elapsed() + everySoOften;
    return true;
  };
  const deadline = (): boolean => {
    if (!isHeard && isDue()) print.progress(clock());
    return isInterrupted || (budget !== undefined && elapsed() > budget);
  };
  /** States and time when the search at hand was last seen to begin, as it may begin again. */
  let start = { states: 0, at: 0 };
  let last = 0;
  const tell = (progress: Progress): void => {
    if (progress.states < last) start = { states: 0, at: elapsed() };
    last = progress.states;
    const outlook = watch.see(progress);
    if (!isDue()) return;
    const perSecond = (progress.states - start.states) / Math.max(0.001, (elapsed() - start.at) / 1000);
    print.progress(`${clock()}; ${progressText(progress, perSecond, outlook)}`);
  };

  const take = async <Answer>(search: AnySearch<Answer>): Promise<Answer> => {
    /** The first Ctrl-C asks for what there is; the second is not caught. */
    const interrupt = (): void => {
      isInterrupted = true;
      print.progress(`${what}: interrupted; what was found so far:`);
    };
    process.once('SIGINT', interrupt);
    isHeard = true;
    try {
      let due = performance.now() + slice;
      for (;;) {
        const step = await search.next();
        if (step.done === true) return step.value;
        tell(step.value);
        if (performance.now() < due) continue;
        await new Promise((resolve) => setImmediate(resolve));
        due = performance.now() + slice;
      }
    } finally {
      process.removeListener('SIGINT', interrupt);
      isHeard = false;
    }
  };

  return {
    bounds: {
      maxStates: maxStates ?? countless,
      maxBytes: memory ?? Math.max(2 ** 26, process.availableMemory() * fairShare),
      deadline,
    },
    seconds: () => elapsed() / 1000,
    take,
    stopOf: (bound) => (bound === 'deadline' ? (isInterrupted ? 'interrupt' : 'time') : bound),
  };
};
