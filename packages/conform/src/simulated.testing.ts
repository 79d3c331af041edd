import { random } from '@custody/explore';
import {
  bind,
  claim,
  release,
  type Scenario,
  type ScriptedCall,
  scenarios,
  simulate,
  topologyOf,
  twisted,
  unbind,
  type Variant,
} from '@custody/ownership';
import { type Topology, type TraceEvent, timelineOf } from '@custody/trace';
import type { ConformingRun } from './conforming.ts';

const told: readonly ScriptedCall['kind'][] = [
  'bind',
  'unbind',
  'claim',
  'release',
  'claim-device',
  'release-device',
  'attach',
  'detach',
  'store-type',
  'set-container',
  'set-iommu',
  'open-device',
  'close',
  'override',
];

const isPlain = (call: ScriptedCall): boolean =>
  told.includes(call.kind) && (call.kind !== 'bind' || call.joins === undefined);

/** Scenarios of which every call is one that a recording tells apart: nobody comes or goes. */
export const tellable: readonly Scenario[] = scenarios.filter(
  ({ tasks, outside, testRemove, forever }) =>
    outside === undefined && !testRemove && forever === undefined && tasks.flat().every(isPlain),
);

const probed = (device: string): ScriptedCall =>
  bind(device, ['nic', 'hba'], { via: 'drivers_probe', pinctrl: 'may fail', probe: 'may fail' });

/** A write to drivers_probe beside a user: the first driver may fail, and then the second is tried. */
export const oneAfterTheOther: Scenario = {
  id: 'one-after-the-other',
  title: 'a driver whose probe() may fail, and one that is tried after it',
  tags: [],
  devices: { nic0: null, nic1: null, passed0: 'vfio' },
  owner: null,
  tasks: [
    [probed('nic0'), unbind('nic0'), probed('nic0')],
    [claim('U', 'passed0'), release('U', 'passed0')],
    [probed('nic1')],
  ],
};

/** What probes would see: owner, count and domain as the group's mutex is let go, where they have changed. */
const thinned = (events: readonly TraceEvent[]): readonly TraceEvent[] => {
  const late = new Map<string, TraceEvent>();
  return events.flatMap((event): readonly TraceEvent[] => {
    switch (event.type) {
      case 'StepTaken':
      case 'WarningRaised':
        return [];
      case 'OwnerSet':
      case 'DomainAttached':
        late.set(event.type, event);
        return [];
      case 'LockReleased': {
        if (!event.data.lock.startsWith('group:')) return [event];
        const read = [...late.values()].map((one) => ({ ...one, task: event.task }));
        late.clear();
        return [...read, event];
      }
      default:
        return [event];
    }
  });
};

export const runOf = (topology: Topology, events: readonly TraceEvent[]): ConformingRun => ({
  header: { topology },
  timeline: timelineOf(events),
});

export interface Simulated {
  readonly variant: Variant;
  readonly topology: Topology;
  readonly schedule: string;
  readonly events: readonly TraceEvent[];
}

/** A run of `variant` under a random schedule, thinned. */
export const simulated = (given: Variant, scenario: Scenario, seed: number): Simulated => {
  const variant = twisted(given, scenario);
  const { events, schedule } = simulate(given, scenario, random(seed));
  return { variant, topology: topologyOf(given, scenario), schedule, events: thinned(events) };
};
