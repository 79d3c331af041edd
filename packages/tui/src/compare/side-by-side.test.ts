import { type TraceEvent, timelineOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acquired, claimed, eventsBy, kept, owned, refused, released, requested } from '../run.testing.ts';
import { sideBySide } from './side-by-side.ts';

type Pairs = Parameters<typeof sideBySide>[2]['pairs'];

/** The two columns as numbers of events, `-` where there is none, with the sign of each cell. */
const drawn = (
  left: readonly TraceEvent[],
  right: readonly TraceEvent[],
  pairs: readonly (readonly [number, number])[],
) => {
  const lines = sideBySide(timelineOf(left), timelineOf(right), { pairs: pairs as unknown as Pairs });
  return Array.from({ length: lines.count }, (_, line) => {
    const { left: one, right: other } = lines.at(line);
    const cell = (of: typeof one) => (of === null ? '-' : `${of.index}${of.like === null ? '!' : ''}`);
    return `${cell(one)} ${cell(other)}${lines.isAlike(line) ? '' : ' *'}`;
  });
};

const three = eventsBy(['T0', requested], ['T0', acquired], ['T0', released]);

describe('two runs side by side', () => {
  it('have what both did on one line', () => {
    expect(
      drawn(three, three, [
        [0, 0],
        [1, 1],
        [2, 2],
      ]),
    ).toEqual(['0 0', '1 1', '2 2']);
  });

  it('have what only one did beside what only the other did', () => {
    const right = eventsBy(['T0', requested], ['T1', claimed], ['T1', refused], ['T0', released]);
    expect(
      drawn(three, right, [
        [0, 0],
        [2, 3],
      ]),
    ).toEqual(['0 0', '1! 1! *', '- 2! *', '2 3']);
  });

  it('leave what came in another order on a line of its own on either side', () => {
    const right = eventsBy(['T1', claimed], ['T0', requested], ['T0', acquired]);
    const left = eventsBy(['T0', requested], ['T0', acquired], ['T1', claimed]);
    expect(
      drawn(left, right, [
        [0, 1],
        [1, 2],
        [2, 0],
      ]),
    ).toEqual(['- 0 *', '0 1', '1 2', '2 - *']);
  });

  it('have no line for what is not compared', () => {
    const left = eventsBy(['T0', requested], ['T0', kept], ['T0', owned]);
    expect(
      drawn(left, left, [
        [0, 0],
        [2, 2],
      ]),
    ).toEqual(['0 0', '2 2']);
  });

  it('know the place of either run after each line, and the line of each event', () => {
    const right = eventsBy(['T0', requested], ['T1', claimed], ['T0', released]);
    const lines = sideBySide(timelineOf(three), timelineOf(right), {
      pairs: [
        [0, 0],
        [2, 2],
      ] as unknown as Pairs,
    });
    expect(Array.from({ length: lines.count }, (_, line) => lines.at(line).places)).toEqual([
      { left: 1, right: 1 },
      { left: 2, right: 2 },
      { left: 3, right: 3 },
    ]);
    expect([lines.lineOf('left', 2), lines.lineOf('right', 0), lines.lineOf('right', 99)]).toEqual([2, 0, 2]);
  });

  it('show every event of either run once, in its order, whatever is paired with what', () => {
    const events = (count: number) => eventsBy(...Array.from({ length: count }, () => ['T0', requested] as const));
    const matching = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })).chain(([left, right]) =>
      fc
        .tuple(
          fc.shuffledSubarray(Array.from({ length: right }, (_, index) => index)),
          fc.subarray(Array.from({ length: left }, (_, index) => index)),
        )
        .map(([rights, lefts]) => ({
          left,
          right,
          pairs: lefts.slice(0, rights.length).map((index, number) => [index, rights[number] as number] as const),
        })),
    );
    fc.assert(
      fc.property(matching, ({ left, right, pairs }) => {
        const lines = sideBySide(timelineOf(events(left)), timelineOf(events(right)), {
          pairs: pairs as unknown as Pairs,
        });
        const shown = Array.from({ length: lines.count }, (_, line) => lines.at(line));
        const column = (side: 'left' | 'right') => shown.flatMap(({ [side]: cell }) => cell?.index ?? []);
        expect(column('left')).toEqual(Array.from({ length: left }, (_, index) => index));
        expect(column('right')).toEqual(Array.from({ length: right }, (_, index) => index));
        const together = shown.filter((_, line) => lines.isAlike(line)).length;
        expect(together).toBe(longestRising(pairs.map(([, other]) => other)));
      }),
    );
  });
});

/** By trying every end: how long the longest rising selection is. */
const longestRising = (numbers: readonly number[]): number => {
  const best: number[] = [];
  for (const [index, number] of numbers.entries()) {
    best.push(1 + Math.max(0, ...best.slice(0, index).filter((_, before) => (numbers[before] as number) < number)));
  }
  return Math.max(0, ...best);
};
