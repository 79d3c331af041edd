import { drive, follow, parseSchedule } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { overtakenMarks } from './cases.ts';
import { exploreVariant } from './explore-variant.ts';
import { comeAndGo, type Fairness, fairnessOf, type Overtaking } from './fairness.ts';
import { bothStores, eachVariant, variant } from './found.testing.ts';
import { isCounted } from './knobs.ts';
import type { Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import { simulate } from './simulate.ts';
import type { Variant } from './variant.ts';

const counting = eachVariant.filter(([, { knobs }]) => isCounted(knobs));
const withToken = eachVariant.filter(([, { knobs }]) => knobs.claimRecord === 'token');

const known = new Map<string, Fairness>();
const fairness = (given: Variant, stores: Stores = 'sc'): Fairness => {
  const key = `${given.id} ${stores}`;
  const found = known.get(key) ?? fairnessOf(given, { stores });
  known.set(key, found);
  return found;
};

const loops = 3;
/** How often the claim that waits is passed by while the loop is gone round `loops` times. */
const timesRound = (given: Variant, stores: Stores, mark: string, { schedule, loop }: Overtaking): number => {
  if (loop === null) throw new TypeError('Cannot go round a loop as there is none');
  const prefix = parseSchedule(schedule);
  const whole = [...prefix, ...Array.from({ length: loops }, () => parseSchedule(loop)).flat()];
  const marks: string[] = [];
  const run = drive(modelOf(given, comeAndGo, stores), follow(whole, { strict: true }), {
    onStep: (_action, _states, _at, made) => marks.push(made.join()),
  });
  expect(run.parted).toBeUndefined();
  expect(run.schedule).toEqual(whole);
  return marks.slice(prefix.length).filter((made) => made.split(',').includes(mark)).length;
};

it('every scheme but the one without claims counts, or has a token', () => {
  expect(counting.length + withToken.length).toBe(eachVariant.length - 1);
});

describe.each(bothStores)('a claim of user space that waits, with stores %s', (stores) => {
  it.each(counting)('is never handed past under %s: a count has nothing to hand on', (_id, given) => {
    const { complete, handedOn } = fairness(given, stores);
    expect(complete).toBe(true);
    expect(handedOn).toEqual({ times: 0, bounded: true, schedule: '', loop: null });
  });

  it.each(withToken)('can be handed past for ever under %s: "this may be unfair" (2.a.i)', (_id, given) => {
    const { complete, handedOn } = fairness(given, stores);
    expect(complete).toBe(true);
    expect(handedOn).toMatchObject({ times: null, bounded: false });
    expect(timesRound(given, stores, overtakenMarks.handedOn, handedOn)).toBeGreaterThanOrEqual(loops);
  });

  it.each([...counting, ...withToken])('can be outrun for ever under %s, as a mutex owes nothing', (_id, given) => {
    const { outrun } = fairness(given, stores);
    expect(outrun).toMatchObject({ times: null, bounded: false });
    expect(timesRound(given, stores, overtakenMarks.outrun, outrun)).toBeGreaterThanOrEqual(loops);
  });

  it('is not overtaken at all before the series, when nobody claims', () => {
    const none = { times: 0, bounded: true, schedule: '', loop: null };
    expect(fairness(variant('vfio-viability'), stores)).toMatchObject({ handedOn: none, outrun: none });
  });
});

describe('being overtaken for ever', () => {
  const mixing = 'notifier-claim';
  it.each([...counting, ...withToken].filter(([id]) => id !== mixing))(
    'is "not incorrect": %s keeps I1, I3 and I8 all the while',
    (_id, given) => {
      const { complete, properties } = exploreVariant(given, comeAndGo);
      expect(complete).toBe(true);
      const verdicts = Object.fromEntries(properties.map(({ id, verdict }) => [id, verdict]));
      expect(verdicts).toMatchObject({ I1: 'holds', I3: 'holds', I8: 'holds' });
    },
  );

  it.each(withToken)("leaves the group the DMA API's, round after round, under %s", (_id, given) => {
    const { schedule, loop } = fairness(given).handedOn;
    const { events, parted } = simulate(given, comeAndGo, follow(parseSchedule(`${schedule} ${loop} ${loop} ${loop}`)));
    expect(parted).toBeNull();
    expect(events.filter(({ type }) => type === 'OwnerSet')).toEqual([]);
    // The claimer, T2, has come to the mutex and never got it.
    expect(events.filter(({ task, type }) => task === 'T2' && type === 'LockRequested')).toHaveLength(1);
    expect(events.filter(({ task, type }) => task === 'T2' && type === 'LockAcquired')).toEqual([]);
  });

  it('is not known when the search is cut short', () => {
    const { complete, handedOn } = fairnessOf(variant('linux-6.1'), { maxStates: 50 });
    expect(complete).toBe(false);
    expect(handedOn).toMatchObject({ times: null, bounded: null });
  });
});
