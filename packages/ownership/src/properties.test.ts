import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { type DevicePlace, type Label, type Step, step } from './operation.ts';
import type { Variant } from './variant.ts';

/** linux-6.1 with one step of bind and unbind written wrongly. */
const broken = (label: Label, wrong: Step<DevicePlace>): Variant => {
  const { bind, unbind, ...linux } = variant('linux-6.1');
  const spoil = (operation: Variant['bind']): Variant['bind'] => ({
    ...operation,
    steps: label in operation.steps ? { ...operation.steps, [label]: wrong } : operation.steps,
  });
  return { ...linux, bind: spoil(bind), unbind: spoil(unbind) };
};

const brokenProperties = (wrong: Variant, scenarioId: string): readonly string[] =>
  exploreVariant(wrong, scenario(scenarioId)).properties.flatMap(({ id, verdict }) =>
    verdict === 'violated' ? [id] : [],
  );

describe('the properties', () => {
  it('I1 and I2 catch an auto-claim that does not look who owns the group', () => {
    const careless = broken(
      'use.check',
      step(({ group, device }) => {
        group.ownerCount += 1;
        device.holds = true;
        return 'use.unlock';
      }),
    );
    expect(brokenProperties(careless, 'bind-into-live-group')).toEqual(['I1', 'I2']);
  });

  it('I1 catches a bind that makes no claim', () => {
    const silent = broken(
      'bind.pinctrl',
      step(() => 'bind.probe'),
    );
    expect(brokenProperties(silent, 'bind-into-live-group')).toEqual(['I1']);
  });

  it('I2 and I4 catch a removal that forgets to count down', () => {
    const forgetful = broken(
      'unuse.count',
      step(({ device }) => {
        device.holds = false;
        return 'unuse.unlock';
      }),
    );
    expect(brokenProperties(forgetful, 'case-1a')).toEqual(['I2']);
    expect(brokenProperties(forgetful, 'case-4a-i')).toEqual(['I2', 'I4']);
  });

  it('a removal that never drops the mutex is a deadlock', () => {
    // All 8 steps of one unbind, then 3 of the other, up to its unuse.lock; the claim cannot even begin.
    const holding = broken(
      'unuse.unlock',
      step(() => 'leave.clear'),
    );
    expect(exploreVariant(holding, scenario('case-4a-i')).deadlock?.steps).toBe(8 + 3);
  });
});
