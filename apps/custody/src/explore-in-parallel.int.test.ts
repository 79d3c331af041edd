import { exploreScenario, noReduction, RequestError, type VariantReport } from '@custody/workbench';
import { expect, it } from 'vitest';
import { exploreInParallel, type InParallel } from './explore-in-parallel.ts';

const leak = { variant: 'robin-mail', scenario: 'refused-bind', devices: 3 };
const explored = async (options: InParallel): Promise<VariantReport> => {
  const search = exploreInParallel(leak, options);
  for (;;) {
    const step = await search.next();
    if (step.done === true) return step.value;
  }
};

it('two threads find what one finds, in schedules of the same length', async () => {
  const parallel = await explored({ workers: 2, reduction: noReduction });
  const alone = exploreScenario(leak, { reduction: noReduction });
  const verdicts = ({ properties }: VariantReport) => properties.map(({ id, verdict, steps }) => [id, verdict, steps]);
  expect(verdicts(parallel)).toEqual(verdicts(alone));
  expect(parallel).toMatchObject({
    complete: true,
    states: alone.states,
    transitions: alone.transitions,
    outcomes: alone.outcomes,
  });
});

it('threads that are stopped say what was found so far', async () => {
  expect(await explored({ workers: 2, deadline: () => true })).toMatchObject({ complete: false, bound: 'deadline' });
});

it('threads keep states and no hashes, and there must be one', async () => {
  await expect(explored({ workers: 2, lossy: true })).rejects.toThrow(RequestError);
  await expect(explored({ workers: 0 })).rejects.toThrow(RangeError);
});
