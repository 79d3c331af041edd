import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { span, textOf } from '../row.ts';
import { acquired, claimed, eventsBy, kept, refused, released, requested, viewOf } from '../run.testing.ts';
import { widthOf } from '../text.ts';
import { eventList } from './event-list.ts';
import { linesOf, overviewOf } from './overview.ts';

const events = eventsBy(
  ['T0', requested],
  ['T0', acquired],
  ['T1', claimed],
  ['T0', kept],
  ['T1', refused],
  ['T0', released],
);

const drawn = ({ at = 0, width = 60, verbatim = false, laneRoom = 2 } = {}): readonly string[] => {
  const view = viewOf(events);
  const lines = linesOf(overviewOf(view), verbatim);
  const flagAt = () => span(' ');
  return eventList({ view, lines, at: position(at), width, height: 12, laneRoom, flagAt }).map(textOf);
};

describe('the event list', () => {
  it('marks the event just applied', () => {
    expect(drawn({ at: 2 }).filter((row) => row.startsWith('>'))).toEqual(['>  ● ·   2 LockAcquired    group:6']);
  });

  it('marks the start of the run when nothing has happened yet', () => {
    expect(drawn().filter((row) => row.startsWith('>'))).toEqual(['>  -- the run begins --']);
  });

  it('hides lines kept raw unless asked', () => {
    expect(drawn().join('\n')).not.toContain('LineKept');
    expect(drawn({ verbatim: true }).join('\n')).toContain('│   4 sched_switch    prev_comm=sh');
  });

  it('says which task moved when it has no lane of its own', () => {
    expect(drawn({ laneRoom: 1 })[0]).toBe('   ┌ 2 other tasks');
    expect(drawn({ laneRoom: 1 }).at(-1)).toContain('[T0] group:6');
  });

  it('puts the errno first, as a narrow list cuts the rest', () => {
    expect(drawn({ width: 34 }).find((row) => row.includes('CallReturned'))).toBe('   ┃ !   5 CallReturned    EBUSY …');
  });

  it('never is wider than its pane', () => {
    expect(Math.max(...drawn({ width: 22, at: 5 }).map(widthOf))).toBe(22);
  });
});
