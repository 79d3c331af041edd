import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lookup } from './lookup.ts';
import { NotingMemory } from './noting-memory.ts';
import { isWitness, type Property, Watch } from './property.ts';

const words = 3;
const field = fc.record({
  word: fc.nat(words - 1),
  shift: fc.integer({ min: 0, max: 28 }),
  mask: fc.constantFrom(1, 3, 7),
});

/** Asks one field or another, by what it finds in a first; learned, so that it says what it has read. */
const property = fc
  .record({ first: field, low: field, high: field, bad: fc.nat(2) })
  .map(({ first, low, high, bad }) => {
    const memory = new NotingMemory();
    const truth = new Lookup(memory, words, () => memory.get(memory.get(first) % 2 === 0 ? low : high) !== bad);
    return (name: string): Property => ({
      kind: 'always',
      name,
      holds: (states, at) => truth.at(states, at),
      get reads() {
        return truth.reads;
      },
    });
  });

/** Few bits set, so that many states look alike to a property. */
const state = fc.tuple(...Array.from({ length: words }, () => fc.constantFrom(0, 1, 2, 5, 1 << 16, 9 << 20, -1)));

describe('properties that are asked together', () => {
  it('are not asked again only where they would say nothing new', () => {
    fc.assert(
      fc.property(
        fc.array(property, { minLength: 1, maxLength: 3 }),
        fc.array(state, { maxLength: 60 }),
        (made, all) => {
          const properties = made.map((make, index) => make(`P${index}`));
          const watch = new Watch(properties, null, words);
          for (const words of all) {
            const row = Int32Array.from(words);
            if (watch.wereAsked(row, 0)) {
              expect(properties.some((one) => isWitness(one, row, 0))).toBe(false);
              continue;
            }
            const shown = properties.filter((one) => isWitness(one, row, 0));
            watch.look();
            // Whoever finds something watches on for the rest alone.
            if (shown.length > 0) return;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are spared most of the asking where states look alike to them', () => {
    const memory = new NotingMemory();
    const looked = { word: 1, shift: 4, mask: 3 };
    const truth = new Lookup(memory, words, () => memory.get(looked) < 4);
    const holds: Property['holds'] = (states, at) => truth.at(states, at);
    const watch = new Watch(
      [
        {
          kind: 'always',
          name: 'P',
          holds,
          get reads() {
            return truth.reads;
          },
        },
      ],
      null,
      words,
    );
    let asked = 0;
    for (let number = 0; number < 1000; number += 1) {
      const row = Int32Array.of(number, number, number);
      if (watch.wereAsked(row, 0)) continue;
      asked += 1;
      holds(row, 0);
      watch.look();
    }
    // Four values, and the first once more, as only then was it known what it reads.
    expect(asked).toBe(5);
  });
});
