import { type Bound, type Bounds, checkBounds, defaultMaxStates, type Progress } from '../bounds.ts';
import type { ExploreOptions } from '../explore.ts';
import type { Model } from '../model.ts';
import type { Report } from '../report.ts';
import { Symmetry } from '../symmetry.ts';
import { foundBy } from '../ways.ts';
import { nearestWays, pathsTo } from './gathering.ts';
import { mostShards } from './partition.ts';
import type { ShardPort, Standing } from './shard-port.ts';

/**
 * `maxStates` is asked about once a turn, so up to a turn's states more than that may be known when it stops the search;
 * `maxBytes` is divided among the shards, and `deadline` asked once a turn.
 */
export interface ShardsOptions extends Bounds, Pick<ExploreOptions, 'onDone'> {
  /** Whether one state stands for those that are alike. Default: no, the full graph. */
  readonly symmetry?: boolean;
  /** The states that a shard looks at between two exchanges. Default: 8,192. */
  readonly turn?: number;
}

const usualTurn = 8192;
/** Shards are not of quite the same size. */
const spare = 1.02;

/** Shards at work, level by level. */
class Shards {
  /** What the shards said last. */
  private now: readonly Standing[] = [];
  private readonly model: Model;
  private readonly ports: readonly ShardPort[];
  private readonly options: ShardsOptions;
  private readonly symmetry: Symmetry | null;
  /** How many steps the states of the level are away. */
  private depth = -1;

  constructor(model: Model, ports: readonly ShardPort[], options: ShardsOptions) {
    this.model = model;
    this.ports = ports;
    this.options = options;
    this.symmetry =
      options.symmetry === true && model.symmetry !== undefined && model.symmetry.groups.length > 0
        ? new Symmetry(model.symmetry, model.words)
        : null;
  }

  async *all(): AsyncGenerator<Progress, Report> {
    this.now = await this.open();
    const bound = yield* this.levels();
    return await this.report(bound);
  }

  private open(): Promise<readonly Standing[]> {
    const { ports } = this;
    const { maxBytes = Number.POSITIVE_INFINITY, maxStates = defaultMaxStates, expectedStates = 0 } = this.options;
    return Promise.all(
      ports.map((port, shard) =>
        port('open', {
          shard,
          shards: ports.length,
          maxStates,
          maxBytes: maxBytes / ports.length,
          expectedStates: Math.ceil((Math.min(expectedStates, maxStates) / ports.length) * spare),
          symmetry: this.symmetry !== null,
          tellsDone: this.options.onDone !== undefined,
        }),
      ),
    );
  }

  /**
   * Two turns are under way at any time, so that no shard waits for the slowest in each: what is found in one is handed
   * over in the next but one. What each shard sees, and in which order, does not depend on who is faster.
   */
  private async *levels(): AsyncGenerator<Progress, Bound | null> {
    let coming = this.ask(true);
    let next = this.ask(false);
    /** The turn in which the last level is opened. */
    let opened = 0;
    for (let turn = 0; ; turn += 1) {
      this.now = await coming;
      const isEmpty = turn === opened && this.sum(({ level }) => level) === 0;
      if (turn === opened && !isEmpty) this.depth += 1;
      const bound = isEmpty ? null : this.bound();
      if (isEmpty || bound !== null) {
        this.now = await next;
        return bound;
      }
      this.handOver();
      yield this.progress;
      const isOver = turn >= opened && this.sum(({ left }) => left) === 0;
      if (isOver) opened = turn + 2;
      coming = next;
      next = this.ask(isOver);
    }
  }

  /** A turn of every shard, with what the last turn known of has for it. */
  private ask(opens: boolean): Promise<readonly Standing[]> {
    const { now, ports, options } = this;
    const standings = Promise.all(
      ports.map((port, shard) =>
        port('turn', {
          arrivals: now.flatMap(({ departures }) => departures[shard] ?? []),
          opens,
          most: options.turn ?? usualTurn,
        }),
      ),
    );
    // Of two that fail, the second is not awaited any more.
    standings.catch(() => {});
    return standings;
  }

  private bound(): Bound | null {
    const { maxStates = defaultMaxStates, deadline } = this.options;
    for (const { full } of this.now) if (full !== null) return full;
    if (this.sum(({ states }) => states) > maxStates) return 'states';
    return deadline?.() === true ? 'deadline' : null;
  }

  private handOver(): void {
    const { words } = this.model;
    for (const { done } of this.now) for (let at = 0; at < done.length; at += words) this.options.onDone?.(done, at);
  }

  private get progress(): Progress {
    return {
      states: this.sum(({ states }) => states),
      transitions: this.sum(({ transitions }) => transitions),
      queue: this.sum(({ left, beyond }) => left + beyond),
      depth: Math.max(0, this.depth),
      goal: 'everything',
    };
  }

  private async report(bound: Bound | null): Promise<Report> {
    const { model, ports, symmetry } = this;
    const all = await Promise.all(ports.map((port) => port('findings', null)));
    const ways = nearestWays(all);
    const { witnesses, marks, deadlock } = ways;
    const paths = await pathsTo(
      ports,
      [...witnesses.values(), ...marks.values(), ...(deadlock ? [deadlock] : [])].map(({ to }) => to),
    );
    const { states, transitions } = this.progress;
    return {
      states,
      transitions,
      complete: bound === null,
      bound,
      depth: this.sum(({ beyond }) => beyond) > 0 ? this.depth + 1 : this.depth,
      bytesPerState: all.reduce((total, { bytes }) => total + bytes, 0) / states,
      reduction: { symmetry: symmetry !== null, ample: false },
      shortestTo: null,
      standstills: all.reduce((total, { standstills }) => total + standstills, 0),
      markCount: all.reduce((total, { markCount }) => total + markCount, 0),
      ...foundBy(model, symmetry, ways, ({ to, last }) => [...(paths.get(to) ?? []), ...last]),
    };
  }

  private sum(of: (standing: Standing) => number): number {
    return this.now.reduce((total, standing) => total + of(standing), 0);
  }
}

const checkShards = (count: number, turn: number): void => {
  if (count < 1 || count > mostShards) {
    throw new RangeError(`Cannot explore in ${count} shards as that must be a number from 1 to ${mostShards}`);
  }
  if (!Number.isInteger(turn) || turn < 1) {
    throw new RangeError(`Cannot look at ${turn} states a turn as that must be a whole number of 1 or more`);
  }
};

/**
 * As `exploring`, by several shards at once, each of which has its part of the states: there may be one in each of
 * several threads. `model` is the one that they have, too. There are no ample sets, and what is found is the same for
 * the same number of shards.
 *
 * @throws RangeError when a bound is no number to count to.
 * @throws what a shard throws; the others are not asked again, and are the caller's to end.
 */
export async function* exploringInShards(
  model: Model,
  ports: readonly ShardPort[],
  options: ShardsOptions = {},
): AsyncGenerator<Progress, Report> {
  checkBounds(options);
  checkShards(ports.length, options.turn ?? usualTurn);
  return yield* new Shards(model, ports, options).all();
}
