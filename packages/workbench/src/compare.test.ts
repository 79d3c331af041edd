import { compareRuns, touchedBy } from '@custody/compare';
import { random } from '@custody/explore';
import { scenarios, simulate, topologyOf, variants } from '@custody/ownership';
import { type DeviceId, type GroupId, nanos, type Topology, type TraceEvent, taskId, timelineOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recorded, type Story } from './fixtures.testing.ts';

const simulated = (seed: number): Story => {
  const variant = variants.find(({ id }) => id === 'linux-6.1');
  const scenario = scenarios.find(({ id }) => id === 'case-2a-i');
  if (variant === undefined || scenario === undefined) throw new Error('there is no such variant or scenario');
  return { topology: topologyOf(variant, scenario), events: simulate(variant, scenario, random(seed)).events };
};

const groupIn =
  ({ groups }: Topology) =>
  (device: DeviceId): GroupId | null =>
    groups.find(({ devices }) => devices.some(({ id }) => id === device))?.id ?? null;

const areIndependent = (one: TraceEvent, other: TraceEvent, topology: Topology): boolean => {
  const [mine, theirs] = [one, other].map((event) => touchedBy(event, groupIn(topology)));
  return one.task !== other.task && !mine?.some((object) => theirs?.includes(object));
};

/** Neighbours swapped wherever a die falls on two that are independent. */
const swapped = ({ topology, events }: Story, dice: readonly number[]): readonly TraceEvent[] => {
  const order = [...events];
  for (const die of dice) {
    const place = die % (order.length - 1);
    const [one, other] = [order[place] as TraceEvent, order[place + 1] as TraceEvent];
    if (areIndependent(one, other, topology)) order.splice(place, 2, other, one);
  }
  return order;
};

/** Another boot: other pids, addresses and times. */
const rebooted = (events: readonly TraceEvent[]): readonly TraceEvent[] =>
  events.map((event, index) => {
    const moved = JSON.parse(
      JSON.stringify(event).replace(
        /0x(ff[0-9a-f]{10,14})/g,
        (_, digits: string) => `0x${(BigInt(`0x${digits}`) + 0x40_0000n).toString(16)}`,
      ),
    ) as TraceEvent;
    const task = /^\d+$/.test(event.task) ? taskId(String(Number(event.task) + 1000)) : event.task;
    return { ...moved, task, at: nanos(index * 3) };
  });

const compare = (topology: Topology, left: readonly TraceEvent[], right: readonly TraceEvent[]) =>
  compareRuns(
    { header: { topology }, timeline: timelineOf(left) },
    { header: { topology }, timeline: timelineOf(right) },
  );

describe('a run against itself on another boot, with independent neighbours swapped', async () => {
  const basic = await recorded('6.1-basic');

  it.each([
    ['recorded', () => basic],
    ['simulated', () => simulated(7)],
  ])('is equivalent, or the same where nothing compared was swapped: %s', (_, story) => {
    const { topology, events } = story();
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 400 }), (dice) => {
        const { kind, shared } = compare(topology, events, rebooted(swapped({ topology, events }, dice)));
        expect(kind).not.toBe('parted');
        expect(shared).toBe(compare(topology, events, events).shared);
      }),
      { numRuns: 25 },
    );
  });

  it('parts just where one dependent pair is swapped', () => {
    const { topology, events } = simulated(7);
    const compared = events.filter(({ type }) => type !== 'StepTaken');
    const places = compared.flatMap((event, place) => {
      const next = compared[place + 1];
      return next !== undefined && event.task !== next.task && !areIndependent(event, next, topology) ? [place] : [];
    });
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) {
      const other = compared.toSpliced(place, 2, compared[place + 1] as TraceEvent, compared[place] as TraceEvent);
      expect(compare(topology, compared, other)).toMatchObject({
        kind: 'parted',
        first: { left: place, right: place },
      });
    }
  });
});
