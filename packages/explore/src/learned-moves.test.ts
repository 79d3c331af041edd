import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Field, type Memory, PackedMemory, read, write } from './layout.ts';
import { LearnedMoves, type MakeMove } from './learned-moves.ts';
import { Lookup } from './lookup.ts';
import { actionOf } from './model.ts';
import { NotingMemory } from './noting-memory.ts';

/** Dice that depend on what they are asked about and on nothing else. */
const mixed = (...numbers: readonly number[]): number => {
  let hash = 0x9e37_79b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x85eb_ca6b);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
};

/** One task that reads here and there, as what it found says, and makes up to three moves. */
interface Program {
  readonly seed: number;
  readonly words: number;
  readonly place: Field;
  /** What it asks about; and what it writes besides, of any width. */
  readonly narrow: readonly Field[];
  readonly wide: readonly Field[];
}

const programs: fc.Arbitrary<Program> = fc
  .record({ seed: fc.nat(), words: fc.integer({ min: 2, max: 200 }), bits: fc.integer({ min: 1, max: 10 }) })
  .map(({ seed, words, bits }) => {
    // The sign bit belongs to a field of each word but the first.
    const narrow = Array.from({ length: words - 1 }, (_, index) => ({
      word: index + 1,
      shift: 32 - bits,
      mask: 2 ** bits - 1,
    }));
    const wide = narrow.map(({ word }) => ({ word, shift: 0, mask: 2 ** Math.min(31, 32 - bits) - 1 }));
    return { seed, words, place: { word: 0, shift: 29, mask: 7 }, narrow, wide };
  });

const pick = (fields: readonly Field[], dice: number): Field => fields[dice % fields.length] as Field;

/** What the program does over `memory`. */
const choicesOf =
  ({ seed, place, narrow, wide }: Program, memory: Memory) =>
  (task: number): readonly (readonly [number, MakeMove])[] => {
    let dice = mixed(seed, task, memory.get(place));
    for (let asked = dice % 4; asked > 0; asked -= 1) dice = mixed(dice, memory.get(pick(narrow, dice)));
    return Array.from({ length: dice % 4 }, (_, outcome): readonly [number, MakeMove] => [
      outcome,
      () => {
        let own = mixed(dice, outcome);
        memory.set(place, own % 8);
        for (let writes = own % 3; writes > 0; writes -= 1) {
          own = mixed(own, writes);
          const field = pick(own % 2 === 0 ? narrow : wide, own >>> 8);
          // What was written is read again, and is no part of what the step hangs on.
          memory.set(field, own & field.mask);
          own = mixed(own, memory.get(field));
        }
        return own % 5 === 0 ? [`mark ${own % 7}`] : [];
      },
    ]);
  };

const tasks = 3;

const learnedOf = (program: Program) => {
  const memory = new NotingMemory();
  const choices = choicesOf(program, memory);
  return new LearnedMoves({
    memory,
    words: program.words,
    tasks,
    places: Array.from({ length: tasks }, () => ({ place: program.place, start: 0 })),
    locks: new Set(),
    choices,
  });
};

/** Each successor as text: of the program itself, with nothing learned. */
const plainly = (program: Program, row: Int32Array): readonly string[] => {
  const told: string[] = [];
  for (let task = 0; task < tasks; task += 1) {
    const memory = new PackedMemory();
    memory.look(row.slice(), 0);
    for (let index = 0; ; index += 1) {
      const after = row.slice();
      memory.look(after, 0);
      const [outcome, make] = choicesOf(program, memory)(task)[index] ?? [];
      if (outcome === undefined || make === undefined) break;
      const marks = make();
      told.push(`${actionOf(task, outcome)} ${after.join()} ${marks.join()}`);
    }
  }
  return told;
};

const asLearned = (moves: LearnedMoves, row: Int32Array, words: number): readonly string[] => {
  const told: string[] = [];
  // Beside others, as in a search.
  const states = new Int32Array(words * 3).fill(-1);
  states.set(row, words);
  const scratch = new Int32Array(words);
  moves.successors(states, words, scratch, (action, marks = []) => {
    told.push(`${action} ${scratch.join()} ${marks.join()}`);
  });
  return told;
};

const rowsOf = ({ seed, words }: Program, count: number): readonly Int32Array[] =>
  Array.from({ length: count }, (_, number) => {
    // Few different words, so that the same is met again.
    return Int32Array.from({ length: words }, (_word, word) =>
      mixed(seed, number % 5, word) % 3 === 0 ? 0 : mixed(seed, number, word),
    );
  });

describe('moves that were learned', () => {
  it('are those of the program, in the same order, while they are learned and when they are known', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const moves = learnedOf(program);
        for (const row of [...rowsOf(program, 20), ...rowsOf(program, 20)]) {
          expect(asLearned(moves, row, program.words)).toEqual(plainly(program, row));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('and when they have been made into code, and when more is learned after that', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const moves = learnedOf(program);
        const [known, late] = [rowsOf(program, 10), rowsOf({ ...program, seed: program.seed + 1 }, 10)];
        const scratch = new Int32Array(program.words);
        for (let walk = 0; walk < 9000; walk += known.length) {
          for (const row of known) moves.successors(row, 0, scratch, () => {});
        }
        for (const row of [...known, ...late, ...known, ...late]) {
          expect(asLearned(moves, row, program.words)).toEqual(plainly(program, row));
        }
        for (const only of [0, 1, 2]) {
          const own: number[] = [];
          moves.successors(known[0] as Int32Array, 0, scratch, (action) => own.push(action >> 4), only);
          expect(new Set(own).difference(new Set([only])).size).toBe(0);
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('a lookup', () => {
  const known = new Map<string, Field>();
  const field = (bits: number, word = 0): Field => {
    const made = known.get(`${bits} ${word}`) ?? { word, shift: 0, mask: 2 ** bits - 1 };
    known.set(`${bits} ${word}`, made);
    return made;
  };

  it('is right before and after it is code, the sign bit and all', () => {
    const memory = new NotingMemory();
    const top: Field = { word: 1, shift: 31, mask: 1 };
    const lookup = new Lookup(memory, 2, () => (memory.get(top) === 1 ? memory.get(field(4)) : -1));
    const ask = (low: number, high: number): number => {
      const row = new Int32Array(2);
      write(row, 0, field(4), low);
      write(row, 0, top, high);
      expect(read(row, 0, top)).toBe(high);
      return lookup.at(row, 0);
    };
    const all = () => Array.from({ length: 16 }, (_, low) => [ask(low, 0), ask(low, 1)]);
    const meant = Array.from({ length: 16 }, (_, low) => [-1, low]);
    for (let time = 0; time < 600; time += 1) expect(all()).toEqual(meant);
  });

  it('knows which bits it has read', () => {
    const memory = new NotingMemory();
    const lookup = new Lookup(memory, 2, () => memory.get(field(2)) === 1 && memory.get(field(3, 1)) === 1);
    lookup.at(new Int32Array([0, 1]), 0);
    expect([...lookup.reads]).toEqual([3, 0]);
    lookup.at(new Int32Array([1, 1]), 0);
    expect([...lookup.reads]).toEqual([3, 7]);
  });

  it('refuses what depends on more than the state', () => {
    const memory = new NotingMemory();
    let times = 0;
    const lookup = new Lookup(memory, 2, () => {
      times += 1;
      return memory.get(field(2, times % 2));
    });
    lookup.at(new Int32Array([0, 1]), 0);
    expect(() => lookup.at(new Int32Array([0, 2]), 0)).toThrow('it must depend on the state alone');
  });

  it('refuses states of more words than it can tell apart', () => {
    expect(() => new Lookup(new NotingMemory(), 257, () => 0)).toThrow(
      'Cannot look into states of 257 words as at most 256 can be told apart',
    );
    const memory = new NotingMemory();
    const lookup = new Lookup(memory, 256, () => memory.get(field(8, 255)));
    const row = new Int32Array(256).fill(7, 255);
    expect([lookup.at(row, 0), lookup.at(row, 0)]).toEqual([7, 7]);
  });

  it('refuses a field that is too wide for a place for each of its values', () => {
    const memory = new NotingMemory();
    const lookup = new Lookup(memory, 1, () => memory.get(field(31)));
    expect(() => lookup.at(new Int32Array(1), 0)).toThrow(
      'Cannot look into a field of 31 bits as there is a place for each value: split it, at most 16 bits each',
    );
  });
});
