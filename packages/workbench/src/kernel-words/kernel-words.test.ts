import { follow, PackedMemory, parseSchedule, random, roundRobin } from '@custody/explore';
import {
  comeAndGo,
  comeAndGoInOrder,
  type Scenario,
  scale,
  scenarios,
  simulate,
  type Variant,
  variants,
} from '@custody/ownership';
import { describe, expect, it } from 'vitest';
import { Machine } from '../../../ownership/src/machine.ts';
import type { Program } from '../../../ownership/src/program.ts';
import { experimentOf } from '../experiment.ts';
import { toldSteps } from '../told-steps.ts';
import { functionsOf, kernelWords, wordsFor } from './index.ts';

const silent = { mark: () => {}, warn: () => {}, bug: () => {}, notify: () => {} };

/** Every label that a variant has in a scenario, reachable or not. */
const labelsOf = (variant: Variant, scenario: Scenario): readonly string[] => {
  const machine = new Machine(variant, scenario, new PackedMemory(), silent);
  const { programs } = machine as unknown as { readonly programs: readonly Program[] };
  return programs.flatMap((program) => program.map(({ label }) => label));
};

const largest = (scenario: Scenario): Scenario =>
  scenario.scaled === undefined
    ? scenario
    : scale(scenario, { devices: scenario.scaled.devices[1], claimers: scenario.scaled.claimers[1] });

describe('the words of the kernel', () => {
  it('are there for every label of every variant in every scenario, with a function that does it', () => {
    const labels = new Set(
      variants.flatMap((variant) =>
        [...scenarios.map(largest), comeAndGo, comeAndGoInOrder].flatMap((one) => labelsOf(variant, one)),
      ),
    );
    expect(labels.size).toBeGreaterThan(100);
    expect([...labels].filter((label) => wordsFor(label) === undefined)).toEqual([]);
  });

  it('say something of every step of a run, and never just its label', () => {
    const silentSteps: string[] = [];
    let told = 0;
    for (const variant of variants) {
      for (const { id } of scenarios) {
        const experiment = experimentOf({ variant, scenario: id, stores: 'late' });
        for (const scheduler of [roundRobin(), random(1)]) {
          const { schedule, events } = simulate(variant, experiment.scenario, scheduler, { stores: 'late' });
          const { steps } = toldSteps(experiment, parseSchedule(schedule));
          told += steps.length - Number(events.at(-1)?.at ?? 0);
          for (const step of steps) {
            const said = kernelWords(step);
            const isSaid = !said.includes(step.label) && said.length > 0 && !said.join().includes('undefined');
            if (!isSaid || functionsOf(step).length === 0)
              silentSteps.push(`${variant.id} ${id} ${step.label}: ${said}`);
          }
        }
      }
    }
    expect(silentSteps).toEqual([]);
    expect(told).toBe(0);
  }, 60_000);

  it('fall back to the label that nobody wrote words for', () => {
    const experiment = experimentOf({ variant: 'linux-6.1', scenario: 'case-3' });
    const [step] = toldSteps(experiment, ['T0']).steps;
    if (step === undefined) throw new Error('no step');
    expect(kernelWords({ ...step, label: 'tea.make', events: [] })).toEqual(['tea.make']);
    expect(functionsOf({ ...step, label: 'tea.make' })).toEqual([]);
  });
});

const words = (variant: string, scenario: string, schedule: string): readonly string[] =>
  toldSteps(experimentOf({ variant, scenario }), parseSchedule(schedule)).steps.flatMap(kernelWords);

describe('a schedule in the words of the kernel', () => {
  it('shows what the walk of the mail sees, and what it does on account of that', () => {
    expect(words('robin-mail', 'fail-before-claim', 'T0*5 T1*3 T0*3 T1!fail T1 T1')).toEqual([
      'device_lock(A)',
      'A->driver is nic',
      'device_remove(A)',
      'A->driver = NULL',
      'mutex_lock(&group->mutex)',
      'device_lock(B)',
      'B->driver is NULL',
      'B->driver = hba',
      'walk: reads B->driver = hba: keeps the owner',
      'mutex_unlock(&group->mutex)',
      'device_unlock(A)',
      'pinctrl_bind_pins(B) = -EINVAL',
      'B->driver = NULL',
      'really_probe(B) = -EINVAL',
      'device_unlock(B)',
    ]);
  });

  it('shows a refused claim with its function and errno', () => {
    const told = words('linux-6.1', 'bind-into-live-group', 'T0*20');
    expect(told).toContain('owner_cnt is 1, owner user: -EBUSY');
    expect(told).toContain('iommu_device_use_default_domain(B) = -EBUSY');
    expect(told).toContain('really_probe(B) = -EBUSY');
  });

  it('reads what is visible, not what was stored, where stores are late', () => {
    const experiment = experimentOf({ variant: 'robin-mail', scenario: 'case-4a-i', stores: 'late' });
    // T0 is at its walk while T1 has stored NULL and nobody else can see it.
    const { schedule } = simulate(experiment.variant, experiment.scenario, follow(parseSchedule('T1*4 T0*7')), {
      stores: 'late',
    });
    const told = toldSteps(experiment, parseSchedule(schedule)).steps.flatMap(kernelWords);
    expect(told).toContain('B->driver = NULL');
    expect(told).toContain('walk: reads B->driver = nic: keeps the owner');
  });
});
