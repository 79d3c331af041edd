import { follow, parseSchedule } from '@custody/explore';
import {
  bind,
  claim,
  exploreVariant,
  release,
  type Scenario,
  scenarios,
  simulate,
  unbind,
  variants,
} from '@custody/ownership';
import type { TraceEvent } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { recorded } from './fixtures.testing.ts';

/**
 * fixtures/lab-robin-leak: a real kernel with the mail's scheme. V1 (03:02.0) is refused and slow to clear its driver;
 * the user releases and vfio-pci leaves; V2 (03:03.0) comes and goes; then three claims of a quiet group are refused,
 * until one more removal heals it. In the model V1 is B, V2 is A and the vfio device is C.
 */
const leak = async (): Promise<readonly TraceEvent[]> => {
  const { events: all } = await recorded('lab-robin-leak');
  const from = all.findIndex((event) => event.type === 'MarkerWritten' && event.data.text.startsWith('SCN step=1'));
  // From where the user owns the group and V1's bind begins.
  return all.slice(all.findIndex((event, index) => index > from && event.type === 'BindStarted'));
};

const names: Readonly<Record<string, string>> = {
  '0000:03:01.0': 'C',
  '0000:03:02.0': 'B',
  '0000:03:03.0': 'A',
};

const ownerName = (owner: string | null): string => {
  if (owner === null) return 'nobody';
  return owner === 'DMA_API' || owner.startsWith('0xffffffff') ? 'the DMA API' : 'a user';
};

/** What both can tell of ownership: drivers set and cleared, calls and what came of them, owners. */
const story = (events: readonly TraceEvent[]): readonly string[] =>
  events.flatMap((event): readonly string[] => {
    switch (event.type) {
      case 'DriverSet':
        return [`${names[event.data.device] ?? event.data.device} has a driver`];
      case 'DriverCleared':
        return [`${names[event.data.device] ?? event.data.device} has none`];
      case 'OwnerSet':
        return [`owned by ${ownerName(event.data.owner)}`];
      case 'CallReturned': {
        const { op, errno } = event.data;
        return op === 'attach' || op === 'detach' ? [] : [`${op} ${errno}`];
      }
      default:
        return [];
    }
  });

const robin = variants.find(({ id }) => id === 'robin-mail') as (typeof variants)[number];
const refused = scenarios.find(({ id }) => id === 'refused-bind') as Scenario;

/** What the guest did: T0 is V1's bind, T1 what happens meanwhile, T2 what happens when all is quiet again. */
const asRecorded: Scenario = {
  ...refused,
  tasks: [
    [bind('B', 'nic')],
    [release('user', 'C'), unbind('C'), bind('A', 'nic'), unbind('A')],
    [
      bind('C', 'vfio'),
      claim('user:T2', 'C'),
      claim('user:T2', 'C'),
      claim('user:T2', 'C'),
      unbind('C'),
      bind('C', 'vfio'),
      claim('user:T2', 'C'),
      release('user:T2', 'C'),
      unbind('C'),
    ],
  ],
};
/** T0 up to the refusal; all of T1; the rest of T0; all of T2. */
const schedule = 'T0*7 T1*29 T0*2 T2*49';

describe('the leak that the lab kernel recorded', () => {
  it('is told by the model, step for step', async () => {
    const { events, parted, ending } = simulate(robin, asRecorded, follow(parseSchedule(schedule)));
    expect([parted, ending]).toEqual([null, 'done']);
    expect(story(events)).toEqual(story(await leak()));
  });

  it('is among the ways that robin-mail can take in refused-bind, and linux-6.1 cannot', () => {
    // As recorded, but for vfio-pci, which stays: T0 up to the refusal, all of T1, the rest of T0.
    const { violations, parted, ending } = simulate(robin, refused, follow(parseSchedule('T0*7 T1*22 T0*2')));
    expect([parted, ending]).toEqual([null, 'done']);
    expect(violations.map(({ id, step }) => [id, step])).toEqual([
      ['I4', 31],
      ['I11', 31],
    ]);
    const leaks = (id: string): boolean => {
      const variant = variants.find((candidate) => candidate.id === id) as typeof robin;
      return exploreVariant(variant, refused).properties.some((property) => property.verdict === 'violated');
    };
    expect([leaks('robin-mail'), leaks('robin-repaired'), leaks('linux-6.1')]).toEqual([true, false, false]);
  });

  it('keeps users out and lets a driver of the DMA API in, whose removal heals it', () => {
    const after: Scenario = {
      ...refused,
      tasks: [
        ...refused.tasks,
        [claim('user:T2', 'C'), bind('A', 'nic'), unbind('A'), claim('user:T2', 'C'), release('user:T2', 'C')],
      ],
    };
    const { events, ending, violations } = simulate(robin, after, follow(parseSchedule('T0*7 T1*22 T0*2 T2*100')));
    const ownLines = story(events.filter(({ task }) => task === 'T2'));
    expect(ending).toBe('done');
    expect(ownLines).toEqual([
      'claim EBUSY',
      'A has a driver',
      'use OK',
      'A has none',
      'owned by nobody',
      'unuse OK',
      'owned by a user',
      'claim OK',
      'owned by nobody',
      'release OK',
    ]);
    // The leak is seen once, before T2 begins, and nothing else breaks.
    expect(violations.map(({ id, step }) => [id, step])).toEqual([
      ['I4', 31],
      ['I11', 31],
    ]);
  });
});
