import { Ample } from './ample.ts';
import { type Bounds, checkBounds, defaultMaxStates, type Progress } from './bounds.ts';
import { Evidence } from './evidence.ts';
import { LossyTable, omissionOf } from './lossy-table.ts';
import { Memory } from './memory.ts';
import type { Model } from './model.ts';
import type { Property } from './property.ts';
import type { Reduction, Report } from './report.ts';
import { gainOf, scout } from './scout.ts';
import { Search } from './search.ts';
import { StateTable } from './state-table.ts';
import { Symmetry } from './symmetry.ts';
import type { Table } from './table.ts';
import { type Found, foundBy } from './ways.ts';

export type { Deadlock, Reduction, Report } from './report.ts';

export interface ExploreOptions extends Bounds {
  /** Called with every reachable state in which all tasks have finished; of those that are alike, with one. */
  readonly onDone?: (states: Int32Array, at: number) => void;
  /**
   * Remember a hash of each state in place of the state, for a search that is larger than memory; worth it from three
   * words a state on. The report then says how likely it is that a state was missed.
   */
  readonly lossy?: boolean;
  /** How many bits that hash has, 1 to 64. Default: 64. */
  readonly hashBits?: number;
  /** Which reductions to make, where the model offers them. Default: none, the full graph. */
  readonly reduction?: Partial<Reduction>;
  /**
   * After a search with ample sets that found something: how many states to look at without them for the shortest ways
   * there. Default: 100,000, or twice as many as that search has met.
   */
  readonly exactStates?: number;
  /**
   * In what share of the states of some runs a task must be able to move alone for ample sets to be used: with fewer,
   * they gain less than it takes to find the shortest ways again. Default: 0.05; 0 uses them in any case.
   */
  readonly leastGain?: number;
}

/** The full graph. */
export const noReduction: Reduction = { symmetry: false, ample: false };
export const allReductions: Reduction = { symmetry: true, ample: true };

const leastExact = 100_000;

const checkHashBits = (bits: number): void => {
  if (!Number.isInteger(bits) || bits < 1 || bits > 64) {
    throw new RangeError(`Cannot remember hashes of ${bits} bits as that must be a whole number from 1 to 64`);
  }
};

/** What one search came to. */
interface Made {
  readonly found: Found;
  /** Whether it found all that it was to find; null when it was to find whatever there is. */
  readonly isEnough: boolean | null;
  /** No task ever moved alone: every state was looked at, and every way is a shortest one. */
  readonly isExact: boolean;
  /** What was found at most this many steps away has no shorter way. */
  readonly radius: number;
  readonly counts: Pick<
    Report,
    'states' | 'transitions' | 'complete' | 'bound' | 'depth' | 'bytesPerState' | 'standstills' | 'markCount'
  >;
}

interface Wish {
  readonly onDone?: ExploreOptions['onDone'];
  readonly maxStates?: number;
  /** Stop when there is a way to all of this. */
  readonly wanted?: Found;
  /** Asked now and then; true gives the search up, as it is to be made again. */
  readonly isStale?: () => boolean;
}

const isNothing = ({ witnesses, marks, deadlock }: Found): boolean =>
  witnesses.size + marks.size === 0 && deadlock === undefined;

/** Every state that a model can reach, in one search or in more than one. */
class Exploration {
  private readonly model: Model;
  private readonly properties: readonly Property[];
  private readonly options: ExploreOptions;
  private readonly symmetry: Symmetry | null;
  private readonly mayBeAmple: boolean;
  private usesAmple = false;

  constructor(model: Model, properties: readonly Property[], options: ExploreOptions) {
    const { symmetry = false, ample = false } = options.reduction ?? noReduction;
    this.model = model;
    this.properties = properties;
    this.options = options;
    this.symmetry =
      symmetry && model.symmetry !== undefined && model.symmetry.groups.length > 0
        ? new Symmetry(model.symmetry, model.words)
        : null;
    this.mayBeAmple = ample && model.behaviour !== undefined;
  }

  *all(): Generator<Progress, Report> {
    if (!this.isAmple()) {
      const made = yield* this.untilDone({ onDone: this.options.onDone });
      return this.report(made, made.found, null);
    }
    const main = yield* this.reduced();
    if (main.isExact || isNothing(main.found)) return this.report(main, main.found, null);
    if (main.counts.bound !== null) return this.report(main, main.found, 1);
    const exact = yield* this.shortest(main);
    return this.report(
      main,
      {
        witnesses: new Map([...main.found.witnesses, ...exact.found.witnesses]),
        marks: new Map([...main.found.marks, ...exact.found.marks]),
        ...(main.found.deadlock && { deadlock: exact.found.deadlock ?? main.found.deadlock }),
      },
      exact.isEnough === true ? null : exact.radius,
    );
  }

  /** Are there ample sets, and are they worth the trouble? */
  private isAmple(): boolean {
    if (!this.mayBeAmple) return false;
    const { leastGain = 0.05 } = this.options;
    scout(this.model, this.properties);
    this.usesAmple = gainOf(this.model, this.ampleNow()) >= leastGain;
    return this.usesAmple;
  }

  /**
   * A search with ample sets. What tasks do is learned on the way: where that shows that a step could be got in the way
   * of by what was not known when the search began, it is made again.
   */
  private *reduced(): Generator<Progress, Made> {
    for (;;) {
      const ample = this.ampleNow();
      const isStale = (): boolean => !ample.isStillRight(this.ampleNow());
      /** A final state must be told once only, and of the search that counts. */
      const done: Int32Array[] = [];
      const made = yield* this.run(ample, {
        onDone: (states, at) => done.push(states.slice(at, at + this.model.words)),
        isStale: this.whenLearned(isStale),
      });
      if (made === null || (made.counts.complete && isStale())) continue;
      for (const state of done) this.options.onDone?.(state, 0);
      return made;
    }
  }

  /** Asks `isStale` only after something was learned, and ever more rarely, as it takes a while. */
  private whenLearned(isStale: () => boolean): () => boolean {
    let seen = this.model.behaviour?.();
    let asked = 0;
    let next = 1;
    return () => {
      asked += 1;
      const known = this.model.behaviour?.();
      if (asked < next || known === seen) return false;
      seen = known;
      next = asked * 1.5;
      return isStale();
    };
  }

  private ampleNow(): Ample {
    const { model, properties, symmetry } = this;
    if (model.behaviour === undefined) throw new TypeError('Cannot choose ample sets for a model of unknown behaviour');
    return new Ample(model.behaviour(), properties, symmetry === null ? undefined : model.symmetry);
  }

  /** A search without ample sets, until it has found all that `main` has, or has looked at enough. */
  private *shortest({ found, counts }: Made): Generator<Progress, Made> {
    const { exactStates = Math.max(leastExact, counts.states * 2), maxStates = defaultMaxStates } = this.options;
    return yield* this.untilDone({ maxStates: Math.min(exactStates, maxStates), wanted: found });
  }

  /** A search without ample sets. */
  private *untilDone(wish: Omit<Wish, 'isStale'>): Generator<Progress, Made> {
    for (;;) {
      const made = yield* this.run(null, wish);
      if (made !== null) return made;
    }
  }

  /** @returns null when the search was given up. */
  private *run(ample: Ample | null, { onDone, maxStates, wanted, isStale }: Wish): Generator<Progress, Made | null> {
    const { model, properties, symmetry } = this;
    const { maxBytes = Number.POSITIVE_INFINITY, expectedStates = 0, lossy = false, hashBits = 64 } = this.options;
    const { deadline, maxStates: mostStates = defaultMaxStates } = this.options;
    const limit = maxStates ?? mostStates;
    const memory = new Memory(maxBytes);
    const tableOptions = { limit, memory, expected: Math.min(limit, expectedStates) };
    const table: Table = lossy
      ? new LossyTable(model.words, { ...tableOptions, bits: hashBits })
      : new StateTable(model.words, tableOptions);
    const evidence = new Evidence(model, properties, table.rows, symmetry !== null);
    const search = new Search({ model, table, evidence, symmetry, ample, forgets: lossy, onDone });
    const looked = (): number => search.progress.states - search.progress.queue;
    while (search.advance()) {
      yield { ...search.progress, goal: wanted === undefined ? 'everything' : 'shortest ways' };
      if (wanted !== undefined && evidence.covers(wanted, looked())) break;
      if (deadline?.() === true) search.stop('deadline');
      if (search.stopped === null && isStale?.() === true) return null;
    }
    search.stop(null);
    const { count } = table.rows;
    return {
      found: foundBy(model, symmetry, evidence.all, ({ to, last }) => [...table.rows.pathTo(to), ...last]),
      isEnough: wanted === undefined ? null : evidence.covers(wanted, looked()),
      isExact: search.alone === 0,
      // A way to a mark or a property may end one step beyond; but who stands still there has not been looked at.
      radius: search.radius + (wanted?.deadlock === undefined || evidence.knowsDeadlock(looked()) ? 1 : 0),
      counts: {
        states: count,
        transitions: search.transitions,
        complete: search.stopped === null,
        bound: search.stopped,
        depth: search.farthest,
        bytesPerState: memory.peak / count,
        standstills: evidence.standstills,
        markCount: evidence.markCount,
      },
    };
  }

  private report({ counts }: Made, found: Found, shortestTo: number | null): Report {
    const { lossy = false, hashBits = 64 } = this.options;
    return {
      ...counts,
      ...found,
      reduction: { symmetry: this.symmetry !== null, ample: this.usesAmple },
      shortestTo,
      ...(lossy && { lossy: { omission: omissionOf(counts.states, hashBits) } }),
    };
  }
}

/**
 * Every state that `model` can reach, breadth first, so that each witness is a shortest one (but see
 * `Report.shortestTo`). Yields where the search stands every 1,024 states, so that the caller can do something else.
 *
 * @throws RangeError when a bound is no number to count to.
 */
export function* exploring(
  model: Model,
  properties: readonly Property[],
  options: ExploreOptions = {},
): Generator<Progress, Report> {
  checkBounds(options);
  checkHashBits(options.hashBits ?? 64);
  return yield* new Exploration(model, properties, options).all();
}

/** Takes a search to its end at once. */
export const toTheEnd = <Answer, Told = Progress>(
  search: Generator<Told, Answer>,
  onProgress?: (progress: Told) => void,
): Answer => {
  let step = search.next();
  while (step.done !== true) {
    onProgress?.(step.value);
    step = search.next();
  }
  return step.value;
};

/** As `exploring`, to the end at once. */
export const explore = (model: Model, properties: readonly Property[], options: ExploreOptions = {}): Report =>
  toTheEnd(exploring(model, properties, options), options.onProgress);
