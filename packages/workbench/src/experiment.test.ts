import { describe, expect, it } from 'vitest';
import { findScenario, findVariant } from './experiment.ts';

describe('a scenario by name', () => {
  it('is found by its id, or by its number, the first that has it', () => {
    expect(findScenario('case-1a').id).toBe('case-1a');
    expect(findScenario('s-15').id).toBe('fail-before-claim');
  });

  it('may be one of the two about fairness, which are named where a name is wrong', () => {
    expect(findScenario('come-and-go').forever).toHaveLength(3);
    expect(findScenario('come-and-go-in-order').queues).toBe(true);
    expect(() => findScenario('x')).toThrow(/there are: .*come-and-go, come-and-go-in-order/);
  });
});

describe('a name with a slip of the pen', () => {
  it('is refused with the name that is near, if any', () => {
    expect(() => findVariant('linux6.1')).toThrow(/did you mean "linux-6\.1"\?/);
    expect(() => findScenario('fail-befor-claim')).toThrow(/did you mean "fail-before-claim"\?/);
    expect(() => findScenario('xyzzy')).toThrow(/^(?!.*did you mean)/);
  });
});
