import { drive, follow, noReduction, parseSchedule } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { overtakenMarks } from './cases.ts';
import { exploreVariant, type VariantReport } from './explore-variant.ts';
import { comeAndGo, comeAndGoInOrder, type Fairness, fairnessOf, type Overtaking } from './fairness.ts';
import { bothStores, eachVariant, variant } from './found.testing.ts';
import { isCounted } from './knobs.ts';
import type { Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import type { Scenario } from './scenario.ts';
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
const timesRound = (
  given: Variant,
  stores: Stores,
  mark: string,
  { schedule, loop }: Overtaking,
  where: Scenario = comeAndGo,
): number => {
  if (loop === null) throw new TypeError('Cannot go round a loop as there is none');
  const prefix = parseSchedule(schedule);
  const whole = [...prefix, ...Array.from({ length: loops }, () => parseSchedule(loop)).flat()];
  const marks: string[] = [];
  const run = drive(modelOf(given, where, stores), follow(whole, { strict: true }), {
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
    const both = { handedOn: none, outrun: none };
    expect(fairness(variant('vfio-viability'), stores)).toMatchObject({ ...both, inOrder: both });
  });
});

describe.each(bothStores)('a claim that waits for a mutex which goes to who asked first, with stores %s', (stores) => {
  it.each([...counting, ...withToken])('is not outrun under %s: whoever comes later waits behind it', (_id, given) => {
    const { complete, inOrder } = fairness(given, stores);
    expect(complete).toBe(true);
    expect(inOrder.outrun).toEqual({ times: 0, bounded: true, schedule: '', loop: null });
  });

  it.each(counting)('is not handed past either under %s', (_id, given) => {
    expect(fairness(given, stores).inOrder.handedOn).toEqual({ times: 0, bounded: true, schedule: '', loop: null });
  });

  it.each(withToken)(
    'is handed past for ever all the same under %s: that is the scheme, not the mutex',
    (_id, given) => {
      const { handedOn } = fairness(given, stores).inOrder;
      expect(handedOn).toMatchObject({ times: null, bounded: false });
      const times = timesRound(given, stores, overtakenMarks.handedOn, handedOn, comeAndGoInOrder);
      expect(times).toBeGreaterThanOrEqual(loops);
    },
  );
});

describe('a mutex that goes to who asked first', () => {
  /** T0: lock, find, remove. T2 asks for the mutex, and T0, which asks only then, comes behind it. */
  const given = variant('linux-6.1');
  const schedule = follow(parseSchedule('T2 T0*3 T0'));

  it('is not offered to who asked after a claim', () => {
    const behind = simulate(given, comeAndGoInOrder, schedule, { maxSteps: 5 });
    expect(behind.parted).toMatchObject({ step: 4, action: 'T0', why: 'blocked' });
    const anybody = simulate(given, comeAndGo, follow(parseSchedule('T2 T0*3 T0')), { maxSteps: 5 });
    expect(anybody.parted).toBeNull();
  });

  it('is offered to who asked before it', () => {
    const before = simulate(given, comeAndGoInOrder, follow(parseSchedule('T0*3 T2 T0')), { maxSteps: 5 });
    expect(before.parted).toBeNull();
  });

  it('is no way to a state that another mutex has not', () => {
    for (const [, each] of eachVariant) {
      const [inOrder, anyhow] = [comeAndGoInOrder, comeAndGo].map((where) =>
        exploreVariant(each, where, { reduction: noReduction }),
      ) as [VariantReport, VariantReport];
      expect(inOrder.states).toBeLessThanOrEqual(anyhow.states);
      expect(inOrder.deadlock).toBeNull();
    }
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

  /** The claim is asked for, stands in line while the group is handed on, and is refused when its turn comes. */
  const refusedEachTime = (given: Variant, where: Scenario, { schedule, loop }: Overtaking): void => {
    const rounds = Array.from({ length: loops }, () => loop).join(' ');
    const { events, parted } = simulate(given, where, follow(parseSchedule(`${schedule} ${rounds}`), { strict: true }));
    expect(parted).toBeNull();
    expect(events.filter(({ type }) => type === 'OwnerSet')).toEqual([]);
    const claims = events.filter(({ task }) => task === 'T2');
    const returned = claims.flatMap((event) => (event.type === 'CallReturned' ? [event.data.errno] : []));
    expect(new Set(returned)).toEqual(new Set(['EBUSY']));
    expect(returned.length).toBeGreaterThanOrEqual(loops);
    // And the drivers have come and gone in between.
    const gone = events.filter(({ task, type }) => task !== 'T2' && type === 'UnbindReturned');
    expect(gone.length).toBeGreaterThanOrEqual(loops);
  };

  it.each(withToken)("leaves the group the DMA API's, round after round, under %s", (_id, given) => {
    const { handedOn, inOrder } = fairness(given);
    refusedEachTime(given, comeAndGo, handedOn);
    refusedEachTime(given, comeAndGoInOrder, inOrder.handedOn);
  });

  it('is not known when the search is cut short', () => {
    const { complete, handedOn } = fairnessOf(variant('linux-6.1'), { maxStates: 50 });
    expect(complete).toBe(false);
    expect(handedOn).toMatchObject({ times: null, bounded: null });
  });
});
