import { Evidence, noParent, parentElsewhere } from '../evidence.ts';
import { hashOf } from '../hash.ts';
import { Lately } from '../lately.ts';
import { Memory } from '../memory.ts';
import type { Action, Emit, Model } from '../model.ts';
import { Pending } from '../pending.ts';
import type { Property } from '../property.ts';
import { StateTable } from '../state-table.ts';
import { Symmetry } from '../symmetry.ts';
import type { Way } from '../ways.ts';
import { Outbox, originWords } from './outbox.ts';
import { globalOf, idOfGlobal, mostStates, shardOf, shardOfGlobal } from './partition.ts';
import type { Finding, Findings, Opening, Origins, Standing, Turn } from './shard-port.ts';

const nothing = new Int32Array(0);

/**
 * The part of a breadth-first search that has to do with the states whose hash falls to it. It looks up what it finds of
 * its own, and packs what it finds of others; the levels are opened for all shards at once.
 */
export class Shard {
  private readonly model: Model;
  private readonly shard: number;
  private readonly shards: number;
  private readonly tellsDone: boolean;
  private readonly memory: Memory;
  private readonly table: StateTable;
  private readonly evidence: Evidence;
  private readonly pending: Pending;
  private readonly late: Lately;
  private readonly scratch: Int32Array;
  private readonly emit: Emit;
  /** By shard; null for this one. */
  private readonly outboxes: readonly (Outbox | null)[];
  private done: number[] = [];
  private transitions = 0;
  private met = 0;
  /** The state to look at next, and what it is called in the others. */
  private from = 0;
  private fromGlobal = 0;
  /** By level: the first state that is further away. */
  private readonly levelEnds: number[] = [];
  private emitted = 0;

  constructor(model: Model, properties: readonly Property[], opening: Opening) {
    const { words } = model;
    const { shard, shards, maxBytes, expectedStates: expected } = opening;
    this.model = model;
    this.shard = shard;
    this.shards = shards;
    this.tellsDone = opening.tellsDone;
    this.memory = new Memory(maxBytes);
    const limit = Math.min(opening.maxStates, Math.floor(mostStates / shards));
    this.table = new StateTable(words, { limit, memory: this.memory, expected: Math.min(limit, expected) });
    const symmetry = opening.symmetry && model.symmetry !== undefined ? new Symmetry(model.symmetry, words) : null;
    this.evidence = new Evidence(model, properties, this.table.rows, symmetry !== null);
    this.pending = new Pending(words);
    this.scratch = new Int32Array(words);
    this.emit = symmetry === null ? this.takeAsIs() : this.takeCanonical(symmetry);
    const initial = new Int32Array(words);
    model.initial(initial, 0);
    symmetry?.canonise(initial);
    this.late = new Lately(words, initial);
    this.outboxes = Array.from({ length: shards }, (_, other) => (other === shard ? null : new Outbox(words)));
    if (shardOf(hashOf(initial, 0, words), shards) === shard) this.table.add(initial, noParent, 0);
    this.flush();
  }

  turn({ arrivals, opens, most }: Turn): Standing {
    for (const records of arrivals) this.receive(records);
    if (opens) {
      this.flush();
      this.levelEnds.push(this.table.rows.count);
    }
    const end = Math.min(this.levelEnd, this.from + most);
    const { shard, shards } = this;
    while (this.from < end && this.table.full === null) {
      this.fromGlobal = globalOf(this.from, shard, shards);
      this.expand();
      this.from += 1;
    }
    this.flush();
    return this.standing();
  }

  standing(): Standing {
    const { levelEnds, levelEnd, from } = this;
    const { rows, full } = this.table;
    const done = this.done.length === 0 ? nothing.slice() : Int32Array.from(this.done);
    this.done = [];
    return {
      states: rows.count,
      transitions: this.transitions,
      level: levelEnd - (levelEnds.at(-2) ?? 0),
      left: levelEnd - from,
      beyond: rows.count - levelEnd,
      full,
      departures: this.outboxes.map((outbox) => outbox?.take() ?? null),
      done,
    };
  }

  findings(): Findings {
    const { witnesses, marks, deadlock } = this.evidence.all;
    const finding = (name: string, way: Way): Finding => ({ name, depth: this.depthOf(way.to), ...way });
    const findings = (ways: ReadonlyMap<string, Way>): readonly Finding[] =>
      [...ways].map(([name, way]) => finding(name, way));
    return {
      witnesses: findings(witnesses),
      marks: findings(marks),
      deadlock: deadlock === null ? null : finding('deadlock', deadlock),
      markCount: this.evidence.markCount,
      standstills: this.evidence.standstills,
      bytes: this.memory.peak,
    };
  }

  origins(ids: readonly number[]): Origins {
    const { rows } = this.table;
    return { parents: ids.map((id) => rows.parentOf(id)), actions: ids.map((id) => rows.actionTo(id)) };
  }

  private get levelEnd(): number {
    return this.levelEnds.at(-1) ?? 0;
  }

  /** How many steps state `id` is away. */
  private depthOf(id: number): number {
    const level = this.levelEnds.findIndex((end) => id < end);
    return level < 0 ? this.levelEnds.length : level;
  }

  private takeAsIs(): Emit {
    return (action, marks) => {
      if (marks !== undefined) this.evidence.note(this.from, action, marks);
      this.take(this.scratch, action);
    };
  }

  private takeCanonical(symmetry: Symmetry): Emit {
    const canonical = new Int32Array(this.model.words);
    return (action, marks) => {
      if (marks !== undefined) this.evidence.note(this.from, action, marks);
      canonical.set(this.scratch);
      symmetry.canonise(canonical);
      this.take(canonical, action);
    };
  }

  private take(state: Int32Array, action: Action): void {
    this.emitted += 1;
    const hash = hashOf(state, 0, state.length);
    if (this.late.meets(state, 0, hash)) {
      this.transitions += 1;
      return;
    }
    const outbox = this.outboxes[shardOf(hash, this.shards)] as Outbox | null;
    if (outbox !== null) outbox.pack(state, this.fromGlobal, action);
    else if (this.pending.push(state, 0, hash, this.fromGlobal, action)) this.flush();
  }

  private receive(records: Int32Array): void {
    const { pending } = this;
    const { words } = this.model;
    const size = words + originWords;
    for (let at = 0; at < records.length; at += size) {
      const parent = records[at + words] as number;
      const action = records[at + words + 1] as number;
      if (pending.push(records, at, hashOf(records, at, words), parent, action)) this.flush();
    }
  }

  private flush(): void {
    const { rows } = this.table;
    if (this.table.full === null) this.transitions += this.table.addAll(this.pending);
    this.pending.count = 0;
    if (!this.evidence.isWatching) this.met = rows.count;
    for (; this.met < rows.count; this.met += 1) this.evidence.meet(this.met, this.ownParentOf(this.met));
  }

  private ownParentOf(id: number): number {
    const { shard, shards } = this;
    const parent = this.table.rows.parentOf(id);
    if (parent < 0) return noParent;
    return shardOfGlobal(parent, shards) === shard ? idOfGlobal(parent, shards) : parentElsewhere;
  }

  private expand(): void {
    const { model, table, scratch, emit, emitted: before } = this;
    const states = table.rows.chunkOf(this.from);
    const at = table.rows.offsetOf(this.from);
    model.successors(states, at, scratch, emit);
    if (this.emitted !== before) return;
    if (!model.isDone(states, at)) this.evidence.standStill(this.from);
    else if (this.tellsDone) this.done.push(...states.subarray(at, at + model.words));
  }
}
