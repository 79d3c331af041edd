import { fold, taskId, worldOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { textOf } from '../row.ts';
import { acquired, claimed, eventsBy, oneGroup, refused, requested } from '../run.testing.ts';
import { laneCells, laneHeads, lanesOf } from './lanes.ts';

const cellsAfter = (events: ReturnType<typeof eventsBy>): string => {
  const last = events.at(-1);
  if (last === undefined) throw new Error('Cannot draw lanes as there is no event');
  return textOf(laneCells(lanesOf(events, 4), last, fold(worldOf(oneGroup), events)));
};

describe('task lanes', () => {
  it('go to the tasks that move most, in the order of their ids', () => {
    const events = eventsBy(
      ['12', claimed],
      ['7', claimed],
      ['7', claimed],
      ['7', claimed],
      ['30', claimed],
      ['12', claimed],
    );
    expect(lanesOf(events, 3).lanes.map(({ task }) => task)).toEqual(['7', '12', '30']);
    expect(lanesOf(events, 2)).toEqual({ lanes: [{ task: taskId('7'), comm: null }], others: 2 });
  });

  it('name each task over its column, as far as its name is known', () => {
    const events = eventsBy(['530', claimed, { comm: 'sh' }], ['531', claimed]);
    expect(laneHeads(lanesOf(events, 4), 1).map(textOf)).toEqual([' ┌ 530 sh', ' │ ┌ 531']);
  });

  it('mark who moved and who holds a lock', () => {
    expect(cellsAfter(eventsBy(['T0', acquired], ['T1', claimed]))).toBe('┃ ● ');
  });

  it('mark who waits and who is inside a call', () => {
    expect(cellsAfter(eventsBy(['T1', requested], ['T0', claimed], ['T2', claimed]))).toBe('│ w ● ');
  });

  it('mark a failure with another sign', () => {
    expect(cellsAfter(eventsBy(['T0', claimed], ['T0', refused]))).toBe('! ');
  });
});
