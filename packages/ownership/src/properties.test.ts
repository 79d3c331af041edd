import { roundRobin } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { type DevicePlace, type Label, type Step, step } from './operation.ts';
import { bind, type Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
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

const twoBinds: Scenario = { ...scenario('probe-fails-late'), tasks: [[bind('A', 'nic')], [bind('B', 'hba')]] };

const brokenProperties = (wrong: Variant, where: string | Scenario): readonly string[] =>
  exploreVariant(wrong, typeof where === 'string' ? scenario(where) : where).properties.flatMap(({ id, verdict }) =>
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

  it('I1 sees a kernel driver inside its probe, even if that fails', () => {
    const silent = broken(
      'use.check',
      step(() => 'use.unlock'),
    );
    const intoLiveGroup: Scenario = {
      ...scenario('bind-into-live-group'),
      tasks: [[bind('B', 'nic', { probe: 'fails' })]],
    };
    expect(brokenProperties(silent, intoLiveGroup)).toContain('I1');
  });

  it.each([2, 1000])('I2 catches an auto-claim that counts by %d, however far the count goes', (by) => {
    const generous = broken(
      'use.check',
      step(({ group, device }) => {
        group.ownerCount += by;
        device.holds = true;
        return 'use.unlock';
      }),
    );
    expect(brokenProperties(generous, 'probe-fails-late')).toContain('I2');
  });

  it('are not alone in seeing a wrong count: the run tells it as it is', () => {
    const generous = broken(
      'use.check',
      step(({ group, device }) => {
        group.ownerCount += 2;
        device.holds = true;
        return 'use.unlock';
      }),
    );
    const { events } = simulate(generous, twoBinds, roundRobin());
    expect(events.flatMap((event) => (event.type === 'OwnerSet' ? [event.data.count] : []))).toEqual([2, 4]);
  });

  it('I2 catches a removal that counts below 0', () => {
    const greedy = broken(
      'unuse.count',
      step(({ group, device }) => {
        group.ownerCount -= 3;
        device.holds = false;
        return 'unuse.unlock';
      }),
    );
    expect(brokenProperties(greedy, 'case-1a')).toEqual(['I2']);
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

  it.each(['unuse.unlock', 'unbind.unlock'])(
    'a lock that is still held at the end, from %s, is a deadlock too',
    (label) => {
      const holding = broken(
        label,
        step(() => (label === 'unuse.unlock' ? 'leave.clear' : 'end')),
      );
      const report = exploreVariant(holding, scenario('case-1a'));
      expect(report.deadlock).toEqual({ schedule: 'T0*8', steps: 8 });
      expect(report.outcomes).toEqual([]);
      expect(simulate(holding, scenario('case-1a'), roundRobin()).ending).toBe('deadlock');
    },
  );
});
