import {
  groupId,
  groupLock,
  nanos,
  type Position,
  position,
  type TraceEvent,
  taskId,
  timelineOf,
} from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growingTimeline } from './growing-timeline.ts';
import { runIndex } from './run-index.ts';

const six = groupId('6');
const lock = groupLock(six);

const fact = fc.constantFrom(
  { type: 'LineKept', data: { name: 'sched_switch', text: '' } } as const,
  { type: 'LockAcquired', data: { lock } } as const,
  { type: 'OwnerSet', data: { group: six, owner: null, count: 0 } } as const,
  { type: 'CallReturned', data: { op: 'claim', group: six, errno: 'EBUSY' } } as const,
);
const anyEvents = fc
  .array(fc.tuple(fact, fc.constantFrom('T0', 'T1', 'T2'), fc.nat(3)), { maxLength: 40 })
  .map((moves) => {
    let at = 0;
    return moves.map(([what, task, later]): TraceEvent => {
      at += later;
      return { ...what, task: taskId(task), at: nanos(at) } as TraceEvent;
    });
  });

/** The index of the whole run, read in steps. */
const indexOf = (events: readonly TraceEvent[]) => {
  const index = runIndex(timelineOf(events));
  for (let count = 0; count <= events.length; count += 7) index.readTo(count);
  index.readTo(events.length);
  return index;
};

/** The positions after wanted events, on one side of a position, nearest first. */
const hits = (
  events: readonly TraceEvent[],
  isWanted: (event: TraceEvent, index: number) => boolean,
  from: number,
  way: 1 | -1,
) =>
  events
    .flatMap((event, index) => (isWanted(event, index) ? [index + 1] : []))
    .filter((at) => (way === 1 ? at > from : at < from))
    .sort((left, right) => way * (left - right));

describe('the index of a run', () => {
  it('finds the nearest event of a kind or a task, in both directions', () => {
    const way = fc.constantFrom(1 as const, -1 as const);
    fc.assert(
      fc.property(anyEvents, fc.nat(40), way, (events, somewhere, direction) => {
        const index = indexOf(events);
        const from = position(Math.min(somewhere, events.length)) as Position;
        const wanted = {
          meaning: ({ type }: TraceEvent) => type !== 'LineKept',
          ownership: ({ type }: TraceEvent) => type === 'OwnerSet',
          trouble: ({ type }: TraceEvent) => type === 'CallReturned',
          'hand-over': (event: TraceEvent, at: number) => {
            const before = events.slice(0, at).findLast(({ type }) => type === 'LockAcquired');
            return event.type === 'LockAcquired' && before !== undefined && before.task !== event.task;
          },
        };
        for (const kind of ['meaning', 'ownership', 'trouble', 'hand-over'] as const) {
          expect(index.next(kind, from, direction)).toBe(hits(events, wanted[kind], from, direction)[0] ?? null);
        }
        expect(index.nextOf(taskId('T1'), from, direction)).toBe(
          hits(events, ({ task }) => task === 'T1', from, direction)[0] ?? null,
        );
      }),
    );
  });

  it('counts every event once, in the part of the time in which it happened', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: 1, max: 12 }), (events, parts) => {
        const index = indexOf(events);
        const counts = index.density(parts);
        expect(counts.length).toBe(parts);
        for (const [part, count] of counts.entries()) {
          expect(count).toBe(events.filter(({ at }) => index.partOf(at, parts) === part).length);
        }
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(events.length);
      }),
    );
  });

  it('says where the run stands at some time', () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(130), (events, at) => {
        expect(indexOf(events).positionAt(nanos(at))).toBe(events.filter((event) => event.at <= at).length);
      }),
    );
  });

  it('knows nothing of what it has not read', () => {
    const events = Array.from({ length: 9 }, (_, at) => ({
      type: 'OwnerSet' as const,
      data: { group: six, owner: null, count: 0 },
      task: taskId('T0'),
      at: nanos(at),
    }));
    const index = runIndex(timelineOf(events));
    index.readTo(4);
    expect([index.read(), index.next('ownership', position(4), 1), index.next('ownership', position(4), -1)]).toEqual([
      4,
      null,
      3,
    ]);
  });

  it('reads on when the run grows', () => {
    const event = { type: 'OwnerSet' as const, data: { group: six, owner: null, count: 0 }, task: taskId('T0') };
    const timeline = growingTimeline(timelineOf([{ ...event, at: nanos(1) }]));
    const index = runIndex(timeline);
    index.readTo(1);
    for (let at = 2; at < 20; at += 1) {
      timeline.add([{ ...event, at: nanos(at) }]);
      index.readTo(at);
      expect([index.read(), index.next('ownership', position(at - 1), 1)]).toEqual([at, at]);
    }
  });
});
