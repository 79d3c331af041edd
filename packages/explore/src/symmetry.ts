import { type Field, read, write } from './layout.ts';
import { type Action, actionOf, type Model, outcomeOf, taskOf } from './model.ts';

/** One of several parts of a model that are alike, e.g. a device, the task that binds it and what both keep. */
export interface Member {
  /** Its fields, in the same order and of the same sizes as those of every other member. */
  readonly fields: readonly Field[];
  /** Its tasks, in the same order as those of every other member. */
  readonly tasks: readonly number[];
}

/**
 * Members that may change places: exchanging any two of them, in a state and in what is done next, makes no difference
 * but in the names.
 */
export interface Permutable {
  readonly members: readonly Member[];
}

/** Whom a value names: what role it has among the things of a member. */
export interface Name {
  readonly group: number;
  readonly member: number;
  readonly role: number;
}

/** A field whose value may name a member, e.g. the holder of a lock. */
export interface Reference {
  readonly field: Field;
  /** By value; null for a value that names no member. */
  readonly names: readonly (Name | null)[];
}

export interface Interchangeable {
  readonly groups: readonly Permutable[];
  readonly references: readonly Reference[];
}

/** Fields of a member that lie side by side, read and written as one. */
interface Chunk {
  readonly word: number;
  readonly shift: number;
  /** All of its bits, before shifting; and those of them that are no reference. */
  readonly mask: number;
  readonly keyMask: number;
}

const bitsOf = (mask: number): number => 32 - Math.clz32(mask);
const ones = (bits: number): number => (bits === 32 ? -1 : 2 ** bits - 1);

/** The chunks of all members: where fields are neighbours in each of them, they are taken together. */
const chunksOf = ({ members }: Permutable, isReference: (field: Field) => boolean): readonly (readonly Chunk[])[] => {
  const count = members[0]?.fields.length ?? 0;
  const chunks: { word: number; shift: number; bits: number; keyMask: number }[][] = members.map(() => []);
  for (let index = 0; index < count; index += 1) {
    const fields = members.map((member) => member.fields[index] as Field);
    const bits = bitsOf(fields[0]?.mask ?? 0);
    if (bits === 0) continue;
    const isNeighbour = fields.every(({ word, shift }, member) => {
      const last = chunks[member]?.at(-1);
      return last !== undefined && last.word === word && last.shift + last.bits === shift;
    });
    fields.forEach((field, member) => {
      const own = chunks[member] as (typeof chunks)[number];
      if (!isNeighbour) own.push({ word: field.word, shift: field.shift, bits: 0, keyMask: 0 });
      const chunk = own.at(-1) as (typeof own)[number];
      if (!isReference(field)) chunk.keyMask |= ones(bits) << chunk.bits;
      chunk.bits += bits;
    });
  }
  return chunks.map((own) => own.map(({ bits, ...chunk }) => ({ ...chunk, mask: ones(bits) })));
};

/** A group, ready to be put in order. */
interface Group {
  readonly members: readonly Member[];
  readonly chunks: readonly (readonly Chunk[])[];
  /** Numbers per key. */
  readonly width: number;
  /** What a member is like, without the names of members: two of the same key may be taken for each other. */
  readonly keys: Int32Array;
  /** Place → the member that comes there; and member → its place. */
  readonly order: Int32Array;
  readonly places: Int32Array;
}

interface Bound extends Reference {
  /** The member that the field belongs to and which of its fields it is; null for one that belongs to none. */
  readonly at: { readonly group: number; readonly member: number; readonly index: number } | null;
  /** Which bit of a member's key says that this field names it: the same for the like fields of all members. */
  readonly bit: number;
}

const keyBits = 31;

/**
 * Puts states into a canonical order: of all the states that differ only in which of the alike parts is which, one
 * stands for the others. (Where members name each other, now and then more than one is kept; that costs, and is no
 * mistake.)
 */
export class Symmetry {
  private readonly groups: readonly Group[];
  private readonly references: readonly Bound[];
  /** By group, member and index: the reference that this field of a member is. */
  private readonly within: ReadonlyMap<string, Bound>;
  private readonly before: Int32Array;

  constructor({ groups, references }: Interchangeable, words: number) {
    const isReference = (field: Field): boolean => references.some((reference) => reference.field === field);
    this.groups = groups.map((group): Group => {
      const chunks = chunksOf(group, isReference);
      const { members } = group;
      const width = (chunks[0]?.length ?? 0) + 1;
      return {
        members,
        chunks,
        width,
        keys: new Int32Array(width * members.length),
        order: new Int32Array(members.length),
        places: new Int32Array(members.length),
      };
    });
    this.references = references.map((reference, number): Bound => {
      const at = this.groups.flatMap(({ members }, group) =>
        members.flatMap(({ fields }, member) => {
          const index = fields.indexOf(reference.field);
          return index < 0 ? [] : [{ group, member, index }];
        }),
      )[0];
      return { ...reference, at: at ?? null, bit: at === undefined ? number * 3 : 1000 + at.index * 3 };
    });
    this.within = new Map(
      this.references.flatMap((bound) =>
        bound.at === null ? [] : [[`${bound.at.group} ${bound.at.member} ${bound.at.index}`, bound] as const],
      ),
    );
    this.before = new Int32Array(words);
  }

  /** Puts `row` into canonical order. @returns whether anything has changed places; see `taskAt`. */
  canonise(row: Int32Array): boolean {
    let isChanged = false;
    for (let group = 0; group < this.groups.length; group += 1) this.readKeys(this.groups[group] as Group, row);
    for (const reference of this.references) this.noteName(reference, row);
    for (const group of this.groups) isChanged = this.sort(group) || isChanged;
    if (isChanged) this.rearrange(row);
    return isChanged;
  }

  /**
   * The actions of the model itself, for the actions between canonical states: each of `path` leads from one of them to
   * the next.
   */
  unfold(model: Model, path: readonly Action[]): readonly Action[] {
    let row = new Int32Array(model.words);
    const scratch = new Int32Array(model.words);
    /** Task in the canonical state → the task that it is. */
    const real = Array.from({ length: model.tasks }, (_, task) => task);
    const settle = (): void => {
      if (!this.canonise(row)) return;
      const before = [...real];
      for (const { members, order } of this.groups) {
        members.forEach(({ tasks }, place) => {
          const source = members[order[place] as number] as Member;
          tasks.forEach((task, role) => {
            real[task] = before[source.tasks[role] as number] as number;
          });
        });
      }
    };
    model.initial(row, 0);
    settle();
    return path.map((action) => {
      const made = actionOf(real[taskOf(action)] as number, outcomeOf(action));
      let next: Int32Array<ArrayBuffer> | null = null;
      model.successors(row, 0, scratch, (candidate) => {
        if (candidate === action) next ??= scratch.slice();
      });
      if (next === null) throw new Error(`Cannot unfold a path as action ${action} is not offered where it was taken`);
      row = next;
      settle();
      return made;
    });
  }

  private readKeys({ chunks, width, keys }: Group, row: Int32Array): void {
    for (let member = 0; member < chunks.length; member += 1) {
      const own = chunks[member] as readonly Chunk[];
      const first = member * width;
      for (let index = 0; index < own.length; index += 1) {
        const { word, shift, keyMask } = own[index] as Chunk;
        keys[first + index] = ((row[word] as number) >>> shift) & keyMask;
      }
      keys[first + width - 1] = 0;
    }
  }

  private noteName({ field, names, at, bit }: Bound, row: Int32Array): void {
    const value = ((row[field.word] as number) >>> field.shift) & field.mask;
    if (value === 0) return;
    const name = names[value];
    if (name === null || name === undefined) return;
    const isElsewhere = at !== null && (at.group !== name.group || at.member !== name.member);
    const group = isElsewhere ? at.group : name.group;
    const member = isElsewhere ? at.member : name.member;
    const { keys, width } = this.groups[group] as Group;
    const last = member * width + width - 1;
    keys[last] = (keys[last] as number) | (1 << ((isElsewhere ? bit + 17 : bit + name.role) % keyBits));
  }

  /** @returns whether a member has another place than its own. */
  private sort({ width, keys, order, places }: Group): boolean {
    let isChanged = false;
    for (let place = 0; place < order.length; place += 1) {
      let hole = place;
      while (hole > 0 && isBefore(keys, width, place, order[hole - 1] as number)) {
        order[hole] = order[hole - 1] as number;
        hole -= 1;
      }
      order[hole] = place;
      if (hole !== place) isChanged = true;
    }
    for (let place = 0; place < order.length; place += 1) places[order[place] as number] = place;
    return isChanged;
  }

  private rearrange(row: Int32Array): void {
    const { before, groups, references } = this;
    before.set(row);
    for (const { chunks, order } of groups) {
      for (let place = 0; place < order.length; place += 1) {
        const from = chunks[order[place] as number] as readonly Chunk[];
        const to = chunks[place] as readonly Chunk[];
        if (from === to) continue;
        for (let index = 0; index < to.length; index += 1) {
          const source = from[index] as Chunk;
          const { word, shift, mask } = to[index] as Chunk;
          const bits = ((before[source.word] as number) >>> source.shift) & source.mask;
          row[word] = ((row[word] as number) & ~(mask << shift)) | (bits << shift);
        }
      }
    }
    for (const reference of references) this.rename(reference, row);
  }

  private rename({ field, names, at }: Bound, row: Int32Array): void {
    const name = names[read(this.before, 0, field)];
    if (name === null || name === undefined) return;
    const place = (this.groups[name.group] as Group).places[name.member] as number;
    const target =
      at === null
        ? { field, names }
        : (this.within.get(`${at.group} ${(this.groups[at.group] as Group).places[at.member]} ${at.index}`) as Bound);
    const value = target.names.findIndex(
      (other) => other !== null && other.group === name.group && other.member === place && other.role === name.role,
    );
    write(row, 0, target.field, value);
  }
}

const isBefore = (keys: Int32Array, width: number, left: number, right: number): boolean => {
  for (let index = 0; index < width; index += 1) {
    const one = keys[left * width + index] as number;
    const other = keys[right * width + index] as number;
    if (one !== other) return one < other;
  }
  return false;
};
