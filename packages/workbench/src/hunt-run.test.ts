import { parseSchedule } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { newDesk } from './desk.testing.ts';
import type { DiceChoice } from './scheduler-choice.ts';

const leak = { variant: 'robin-mail', scenario: 'fail-before-claim' };
const dice = (kind: DiceChoice['kind'], seed: number): DiceChoice =>
  kind === 'pct' ? { kind, seed, depth: 3 } : { kind, seed };

describe.each(['random', 'pct'] as const)('a hunt by %s', (kind) => {
  it('finds the leak of the mail, and records a run that ends where it shows it', async () => {
    const desk = newDesk();
    const made = await desk.hunt(leak, { dice: dice(kind, 1), runs: 300 });
    const { found, runs } = made.hunt ?? {};
    expect(found).toMatchObject({ id: 'I4', seed: runs });
    // A shortest schedule has 14 steps: T0*5 T1*3 T0*3 T1!fail T1 T1.
    expect(found?.shrunk.steps).toBeGreaterThanOrEqual(14);
    expect(found?.shrunk.steps).toBeLessThanOrEqual(found?.steps ?? 0);
    expect(parseSchedule(made.schedule)).toHaveLength(found?.shrunk.steps ?? 0);
    expect(made.violations).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'I4', step: found?.shrunk.steps })]),
    );
    expect(await desk.runs()).toHaveLength(1);
    expect((await desk.open(made.run)).header.source).toMatchObject({
      schedule: made.schedule,
      scheduler: `${kind}, shrunk`,
      seed: found?.seed,
    });
  });

  it('finds the same again with one run from the seed that it names', async () => {
    const desk = newDesk();
    const first = await desk.hunt(leak, { dice: dice(kind, 1), runs: 300 });
    const again = await desk.hunt(leak, { dice: dice(kind, first.hunt?.found?.seed ?? 0), runs: 1 });
    expect(again.run).toBe(first.run);
    expect(again.hunt).toMatchObject({ runs: 1, found: first.hunt?.found });
    const asItWas = await desk.simulate(leak, dice(kind, first.hunt?.found?.seed ?? 0));
    expect(asItWas.violations.map(({ id }) => id)).toContain('I4');
  });

  it('finds nothing on linux-6.1, and records the last of its runs', async () => {
    const desk = newDesk();
    const asked = { ...leak, variant: 'linux-6.1' };
    const made = await desk.hunt(asked, { dice: dice(kind, 5), runs: 40 });
    expect(made).toMatchObject({ violations: [], ending: 'done', hunt: { seed: 5, asked: 40, runs: 40, found: null } });
    expect((await desk.simulate(asked, dice(kind, 44))).run).toBe(made.run);
    expect(await desk.runs()).toHaveLength(1);
  });

  it('ends where runs have none, and says how many were cut', async () => {
    const made = await newDesk().hunt(
      { variant: 'linux-6.1', scenario: 'come-and-go' },
      { dice: dice(kind, 1), runs: 3 },
    );
    expect(made).toMatchObject({ ending: 'bound', hunt: { runs: 3, cut: 3, longest: 10_000, found: null } });
  });
});

describe('a hunt', () => {
  // Who says so: packages/ownership/src/expectations.ts, from domain/ownership.md §6.
  it.each([
    ['vfio-viability', 'set-iommu-under-kernel-driver', ['I1', 'I6']],
    ['vfio-viability', 'bind-into-live-group', ['I1', 'I6', 'I9', 'I14']],
    ['series-v6', 'bind-into-live-group', ['I6', 'I7']],
    ['linux-6.1', 'case-4b', ['O1']],
    ['linux-6.12', 'store-type-vs-managed-attach', ['I12']],
    ['robin-mail', 'lock-order-trap', ['I10', 'deadlock']],
    ['vfio-viability', 'case-4b', ['I11', 'deadlock']],
  ])(
    'takes for a violation what a state or a step breaks, and a deadlock: %s in %s',
    async (variant, scenario, known) => {
      const { hunt } = await newDesk().hunt({ variant, scenario }, { dice: dice('random', 1), runs: 200 });
      expect(known).toContain(hunt?.found?.id);
    },
  );

  it('promises nothing where a run had more steps than were presumed', async () => {
    const few: DiceChoice = { kind: 'pct', seed: 1, depth: 2, steps: 5 };
    const { pct } = await newDesk().hunt({ ...leak, variant: 'linux-6.1' }, { dice: few, runs: 10 });
    expect(pct).toMatchObject({ steps: 5, perRun: 1 / 10, runs: 10, holds: false });
  });

  it('stops when it is told to, and still records a run', async () => {
    const asked = { dice: dice('random', 7), runs: 1e9, deadline: () => true };
    expect((await newDesk().hunt({ ...leak, variant: 'linux-6.1' }, asked)).hunt).toMatchObject({
      runs: 0,
      found: null,
    });
  });

  it.each([
    [0, 0, 'Cannot make 0 runs as that must be a whole number of 1 or more'],
    [Number.MAX_SAFE_INTEGER, 2, `Cannot make 2 runs from seed ${Number.MAX_SAFE_INTEGER} on`],
    [2, Number.MAX_SAFE_INTEGER, 'give a smaller seed, or fewer runs'],
  ])('from seed %d cannot make %d runs', async (seed, runs, why) => {
    await expect(newDesk().hunt(leak, { dice: dice('random', seed), runs })).rejects.toThrow(why);
  });

  it('makes one run with the last seed that there is', async () => {
    const last = await newDesk().hunt(leak, { dice: dice('random', Number.MAX_SAFE_INTEGER), runs: 1 });
    expect(last.hunt?.runs).toBe(1);
  });
});
