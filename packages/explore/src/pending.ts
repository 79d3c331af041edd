import { type Action, actionCount } from './model.ts';
import { type RowCode, rowCode } from './row-code.ts';

const room = 512;

/**
 * Successors that nobody has looked up yet. A table that is given many at once can fetch all the places it will look
 * at before it looks at the first: far from the processor's cache, that is most of the time a search takes.
 */
export class Pending {
  count = 0;
  readonly rows: Int32Array;
  readonly hashes = new Int32Array(room);
  readonly parents = new Int32Array(room);
  readonly actions = new Uint16Array(room);
  /** For the table's use. */
  readonly slots = new Int32Array(room);
  private readonly words: number;
  private readonly code: RowCode;

  constructor(words: number) {
    this.words = words;
    this.code = rowCode(words);
    this.rows = new Int32Array(room * words);
  }

  /**
   * Adds the state at `at`, whose `hashOf` is `hash`, reached from state `parent` by `action`.
   *
   * @returns true when there is room for no more.
   * @throws RangeError when `action` is none, as its 16 bits would be another's.
   */
  push(states: Int32Array, at: number, hash: number, parent: number, action: Action): boolean {
    if (action >>> 0 !== action || action >= actionCount) {
      throw new RangeError(`Cannot remember action ${action} as it must be one of "actionOf"`);
    }
    const { words, rows, count } = this;
    this.code.copy(states, at, rows, count * words);
    this.hashes[count] = hash;
    this.parents[count] = parent;
    this.actions[count] = action;
    this.count = count + 1;
    return this.count === room;
  }
}
