import { parseSchedule } from '@custody/explore';
import { fieldsOf, type TraceEvent } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { bind, type DriverName, type Scenario, unbind } from './scenario.ts';
import { narrate } from './simulate.ts';
import type { Variant } from './variant.ts';
import { variants } from './variants/index.ts';

/** A managed driver comes to a device of a group that user space owns, and goes. */
const visit = (driver: DriverName): Scenario => ({
  id: `visit-${driver}`,
  title: `${driver} binds into a live group and leaves`,
  tags: [],
  devices: { A: 'vfio', B: null },
  owner: 'user',
  tasks: [[bind('B', driver), unbind('B')]],
});

const told = (events: readonly TraceEvent[]): readonly string[] =>
  events
    .filter(({ type }) => !/^(StepTaken|Lock)/.test(type))
    .map((event) => `${event.type} ${fieldsOf(event)}`.replace(/ (group|device)=\S+/g, '').trimEnd());

const managed = ['vfio', 'stub'] as const;
const everywhere = variants
  .filter(({ knobs }) => knobs.domainOnClaim === 'blocking')
  .flatMap(({ id }) => managed.map((driver) => [driver, id] as const));

describe('a managed driver', () => {
  it.each(everywhere)(
    '%s comes to and leaves a group that user space owns under %s, which stays as it was',
    (driver, id) => {
      const { knobs } = variant(id);
      const report = exploreVariant(variant(id), visit(driver));
      expect(report.properties.map(({ verdict }) => verdict)).not.toContain('violated');
      expect(report.outcomes).toEqual([
        {
          results: { T0: ['OK', 'OK'] },
          final: {
            owner: knobs.ownerId === 'driver' ? 'vfio' : 'user',
            ownerCount: knobs.claimRecord === 'token' ? 0 : 1,
            domain: 'blocking',
          },
        },
      ]);
    },
  );

  it.each(managed)('%s leaves what a sibling of the owning driver keeps, under robin-sketch too', (driver) => {
    expect(exploreVariant(variant('robin-sketch'), visit(driver)).outcomes).toEqual([
      { results: { T0: ['OK', 'OK'] }, final: { owner: 'vfio', ownerCount: 0, domain: 'default' } },
    ]);
  });

  const coming = (driver: DriverName) => [
    `BindStarted driver=${driver} managed=true`,
    `DriverSet driver=${driver}`,
    'BusNotified event=BIND_DRIVER',
    'ProbeReturned errno=OK',
    'BusNotified event=BOUND_DRIVER',
    'BindReturned errno=OK',
    'UnbindStarted',
    'BusNotified event=UNBIND_DRIVER',
    'RemoveReturned',
  ];

  it.each(managed)('%s makes no ownership call on linux-6.1', (driver) => {
    const { events } = narrate(variant('linux-6.1'), visit(driver), parseSchedule('T0*99'));
    expect(told(events)).toEqual([
      ...coming(driver),
      'DriverCleared',
      'BusNotified event=UNBOUND_DRIVER',
      'UnbindReturned',
    ]);
  });

  it.each(managed)('%s claims nothing under robin-mail, whose hook runs whoever leaves', (driver) => {
    const { events } = narrate(variant('robin-mail'), visit(driver), parseSchedule('T0*99'));
    expect(told(events)).toEqual([
      ...coming(driver),
      'DriverCleared',
      'CallEntered op=unuse',
      'CallReturned op=unuse errno=OK',
      'BusNotified event=UNBOUND_DRIVER',
      'UnbindReturned',
    ]);
  });

  it.each(variants.map(({ id }) => id))(
    'gives back nothing when its probe() fails beside one that leaves: %s',
    (id) => {
      const { properties, outcomes } = exploreVariant(variant(id), scenario('managed-fails-late'));
      expect(properties.map(({ verdict }) => verdict)).not.toContain('violated');
      expect(outcomes.map(({ results, final }) => [results.T1, final.owner, final.ownerCount])).toEqual([
        [['ENODEV'], null, 0],
        [['OK'], null, 0],
      ]);
    },
  );

  it("is not told from a kernel driver once it is gone: a count's release after the clear gives back another's", () => {
    const { knobs } = variant('linux-6.1');
    const late: Variant = { ...variant('linux-6.1'), knobs: { ...knobs, releaseOnLateFailure: 'after clear' } };
    const { properties } = exploreVariant(late, scenario('managed-fails-late'));
    const violated = properties.flatMap(({ id, verdict }) => (verdict === 'violated' ? [id] : []));
    expect(violated).toEqual(['I2', 'I3', 'I5', 'I14']);
    // Which is why V6a's count is remembered per device.
    const remembered: Variant = { ...late, knobs: { ...late.knobs, claimRecord: 'count per device' } };
    const verdicts = exploreVariant(remembered, scenario('managed-fails-late')).properties.map(
      ({ verdict }) => verdict,
    );
    expect(verdicts).not.toContain('violated');
  });
});
