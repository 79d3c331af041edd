import { toTheEnd } from './explore.ts';
import type { Action, Model } from './model.ts';
import { actionName } from './model.ts';
import type { Schedule } from './schedule.ts';

/** A model with what an onlooker sees of its states; a step that changes nothing of it cannot be seen. */
export interface Observed {
  readonly model: Model;
  readonly observe: (states: Int32Array, at: number) => string;
}

/**
 * Whether every way in which what is seen of `implementation` changes is one of `specification` as well.
 *
 * - `refines`: yes, all of it was looked at.
 * - `differs`: no; `schedule` is a shortest one of the implementation, whose last step shows what the other can never
 *   show behind the same.
 * - `unknown`: `mostPairs` were not enough.
 */
export type Refinement =
  | { readonly kind: 'refines'; readonly pairs: number }
  | { readonly kind: 'differs'; readonly schedule: Schedule; readonly pairs: number }
  | { readonly kind: 'unknown'; readonly pairs: number };

interface Move {
  readonly action: Action;
  readonly to: number;
}

/** The states of a model as numbers in the order in which they were met, with their moves and what is seen of them. */
class Graph {
  readonly #model: Model;
  readonly #observe: Observed['observe'];
  readonly #seen: (text: string) => number;
  readonly #numbers = new Map<string, number>();
  readonly #states: Int32Array[] = [];
  readonly #observations: number[] = [];
  readonly #moves: (readonly Move[] | undefined)[] = [];

  constructor({ model, observe }: Observed, seen: (text: string) => number) {
    this.#model = model;
    this.#observe = observe;
    this.#seen = seen;
  }

  initial(): number {
    const state = new Int32Array(this.#model.words);
    this.#model.initial(state, 0);
    return this.#numberOf(state);
  }

  observed(state: number): number {
    return this.#observations[state] as number;
  }

  moves(state: number): readonly Move[] {
    const known = this.#moves[state];
    if (known !== undefined) return known;
    const moves: Move[] = [];
    const scratch = new Int32Array(this.#model.words);
    const taken: { readonly action: Action; readonly to: Int32Array }[] = [];
    this.#model.successors(this.#states[state] as Int32Array, 0, scratch, (action) => {
      taken.push({ action, to: scratch.slice() });
    });
    for (const { action, to } of taken) moves.push({ action, to: this.#numberOf(to) });
    this.#moves[state] = moves;
    return moves;
  }

  #numberOf(state: Int32Array): number {
    const key = state.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    this.#numbers.set(key, number);
    this.#states.push(state);
    this.#observations.push(this.#seen(this.#observe(state, 0)));
    return number;
  }
}

/** The states that can be reached from `states` unseen, themselves with them, in order. */
const unseenFrom = (graph: Graph, states: Iterable<number>): readonly number[] => {
  const met = new Set(states);
  for (const state of met) {
    for (const { to } of graph.moves(state)) if (graph.observed(to) === graph.observed(state)) met.add(to);
  }
  return [...met].sort((one, other) => one - other);
};

interface Pair {
  readonly state: number;
  readonly set: number;
  readonly before: Pair | null;
  readonly action: Action;
}

/** Pairs looked at between two words. */
const pairsATime = 200;

/**
 * Breadth-first over pairs of a state of the implementation and all states of the specification that have shown the same.
 *
 * Yields now and then how many pairs it has met.
 *
 * @param mostPairs - stops there; some 2 µs and 100 bytes each.
 */
export function* refining(
  implementation: Observed,
  specification: Observed,
  mostPairs = 1_000_000,
): Generator<number, Refinement> {
  const observations = new Map<string, number>();
  const seen = (text: string): number => {
    const known = observations.get(text);
    if (known !== undefined) return known;
    observations.set(text, observations.size);
    return observations.size - 1;
  };
  const [mine, theirs] = [new Graph(implementation, seen), new Graph(specification, seen)];
  const sets: (readonly number[])[] = [];
  const numbers = new Map<string, number>();
  const setOf = (states: Iterable<number>): number => {
    const closed = unseenFrom(theirs, states);
    const key = closed.join();
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, sets.length);
    return sets.push(closed) - 1;
  };
  const after = new Map<string, number | null>();
  /** The states that have shown what those of `set` have and then `observation`; null when there are none. */
  const showing = (set: number, observation: number): number | null => {
    const key = `${set} ${observation}`;
    const known = after.get(key);
    if (known !== undefined) return known;
    const next = (sets[set] ?? []).flatMap((state) =>
      theirs.moves(state).flatMap(({ to }) => (theirs.observed(to) === observation ? [to] : [])),
    );
    const found = next.length === 0 ? null : setOf(next);
    after.set(key, found);
    return found;
  };
  const scheduleTo = (pair: Pair): Schedule => {
    const actions: string[] = [];
    for (let at: Pair = pair; at.before !== null; at = at.before)
      actions.push(actionName(implementation.model, at.action));
    return actions.reverse();
  };

  const start = mine.initial();
  const begin = theirs.initial();
  if (mine.observed(start) !== theirs.observed(begin)) return { kind: 'differs', schedule: [], pairs: 0 };
  const first: Pair = { state: start, set: setOf([begin]), before: null, action: 0 };
  const met = new Set([`${first.state} ${first.set}`]);
  const queue = [first];
  for (const [number, pair] of queue.entries()) {
    if (number % pairsATime === 0) yield met.size;
    for (const { action, to } of mine.moves(pair.state)) {
      const isSeen = mine.observed(to) !== mine.observed(pair.state);
      const set = isSeen ? showing(pair.set, mine.observed(to)) : pair.set;
      const next = { state: to, set: set ?? -1, before: pair, action };
      if (set === null) return { kind: 'differs', schedule: scheduleTo(next), pairs: met.size };
      const key = `${to} ${set}`;
      if (met.has(key)) continue;
      if (met.size >= mostPairs) return { kind: 'unknown', pairs: met.size };
      met.add(key);
      queue.push(next);
    }
  }
  return { kind: 'refines', pairs: met.size };
}

/** As `refining`, to the end at once. */
export const refines = (implementation: Observed, specification: Observed, mostPairs?: number): Refinement =>
  toTheEnd(refining(implementation, specification, mostPairs));
