import { type Bound, type Bounds, checkBounds, defaultMaxStates } from './bounds.ts';
import { Evidence } from './evidence.ts';
import { LossyTable, omissionOf } from './lossy-table.ts';
import { Memory } from './memory.ts';
import type { Emit, Model } from './model.ts';
import { Pending } from './pending.ts';
import type { Property } from './property.ts';
import type { Report } from './report.ts';
import { StateTable } from './state-table.ts';
import type { Table } from './table.ts';

export type { Deadlock, Report } from './report.ts';

export interface ExploreOptions extends Bounds {
  /** Called with every reachable state in which all tasks have finished. */
  readonly onDone?: (states: Int32Array, at: number) => void;
  /**
   * Remember a hash of each state in place of the state, for a search that is larger than memory; worth it from three
   * words a state on. The report then says how likely it is that a state was missed.
   */
  readonly lossy?: boolean;
  /** How many bits that hash has, 1 to 64. Default: 64. */
  readonly hashBits?: number;
}

const checkHashBits = (bits: number): void => {
  if (!Number.isInteger(bits) || bits < 1 || bits > 64) {
    throw new RangeError(`Cannot remember hashes of ${bits} bits as that must be a whole number from 1 to 64`);
  }
};

/**
 * Every state that `model` can reach, breadth first, so that each witness is a shortest one.
 *
 * @throws RangeError when a bound is no number to count to.
 */
export const explore = (model: Model, properties: readonly Property[], options: ExploreOptions = {}): Report => {
  const { maxStates: limit = defaultMaxStates, maxBytes = Number.POSITIVE_INFINITY, expectedStates = 0 } = options;
  const { deadline, onProgress, onDone, lossy = false, hashBits = 64 } = options;
  checkBounds(options);
  checkHashBits(hashBits);
  const { words } = model;
  const memory = new Memory(maxBytes);
  const tableOptions = { limit, memory, expected: Math.min(limit, expectedStates) };
  const table: Table = lossy
    ? new LossyTable(words, { ...tableOptions, bits: hashBits })
    : new StateTable(words, tableOptions);
  const { rows } = table;
  const evidence = new Evidence(model, properties, rows);
  const pending = new Pending(words);
  const scratch = new Int32Array(words);
  let stopped: Bound | null = null;
  /** Successors that the model gave, and those of them that have been looked up. */
  let emitted = 0;
  let transitions = 0;
  let met = 0;
  let from = 0;
  /** The states before this one are at most `depth` steps away. */
  let levelEnd = 0;
  let depth = -1;

  const lookUp = (): void => {
    transitions += table.addAll(pending);
    pending.count = 0;
    for (; met < rows.count; met += 1) evidence.meet(met);
    stopped ??= table.full;
  };

  const emit: Emit = (action, marks) => {
    emitted += 1;
    if (marks !== undefined && marks.length > 0) evidence.note(from, action, marks);
    if (pending.push(scratch, from, action)) lookUp();
  };

  /** @returns whether there is a state to expand. */
  const hasNext = (): boolean => {
    if (from < levelEnd) return true;
    lookUp();
    if (rows.count === levelEnd) return false;
    levelEnd = rows.count;
    depth += 1;
    return true;
  };

  const pause = (): void => {
    onProgress?.({ states: rows.count, transitions, queue: rows.count - from, depth });
    if (lossy) {
      lookUp(); // what is looked up is compared with its parent's row
      rows.forget(from);
    }
    if (deadline?.() === true) stopped ??= 'deadline';
  };

  const expand = (): void => {
    const before = emitted;
    const states = rows.chunkOf(from);
    const at = rows.offsetOf(from);
    model.successors(states, at, scratch, emit);
    if (emitted !== before) return;
    if (!model.isDone(states, at)) evidence.standStill(from);
    else onDone?.(states, at);
  };

  model.initial(scratch, 0);
  table.add(scratch, 0, 0);
  while (hasNext() && stopped === null) {
    if ((from & 1023) === 1023) pause();
    if (stopped !== null) break;
    expand();
    from += 1;
  }
  lookUp();
  const { deadlock, witnesses, marks, markCount, standstills } = evidence;
  return {
    states: rows.count,
    transitions,
    complete: stopped === null,
    bound: stopped,
    depth: rows.count > levelEnd ? depth + 1 : depth,
    bytesPerState: memory.peak / rows.count,
    reduction: { symmetry: false, ample: false },
    ...(lossy && { lossy: { omission: omissionOf(rows.count, hashBits) } }),
    ...(deadlock && { deadlock }),
    standstills,
    witnesses,
    marks,
    markCount,
  };
};
