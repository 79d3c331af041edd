import {
  type Fact,
  groupId,
  nanos,
  ownerId,
  type Stamp,
  type TaskId,
  type TraceEvent,
  taskId,
  timelineOf,
} from '@custody/trace';
import fc from 'fast-check';
import type { RunSide } from './compare-runs.ts';

/** Hand-made runs for the tests of this package. */
export const six = groupId('6');

export const by = (task: string, fact: Fact, stamp: Partial<Stamp> = {}): TraceEvent => ({
  task: taskId(task) as TaskId,
  at: nanos(0),
  ...stamp,
  ...fact,
});

export const asked = (call: string, about?: string): Fact => ({
  type: 'SyscallEntered',
  data: about === undefined ? { call } : { call, about },
});
export const claiming = (owner: string): Fact => ({
  type: 'CallEntered',
  data: { op: 'claim', group: six, owner: ownerId(owner) },
});
export const claimed = (errno: string): Fact => ({ type: 'CallReturned', data: { op: 'claim', group: six, errno } });
export const owned = (owner: string | null, count: number): Fact => ({
  type: 'OwnerSet',
  data: { group: six, owner: owner === null ? null : ownerId(owner), count },
});

export const side = (...events: readonly TraceEvent[]): RunSide => ({
  header: { topology: { groups: [] } },
  timeline: timelineOf(events),
});

const facts: readonly Fact[] = [
  asked('write bind', '0000:03:02.0 virtio-pci'),
  claiming('0xff110000055e9600'),
  claimed('OK'),
  claimed('EBUSY'),
  owned('0xff110000055e9600', 1),
  owned(null, 0),
  { type: 'MarkerWritten', data: { text: 'SCN begin' } },
  { type: 'LineKept', data: { name: 'sched_switch', text: 'x' } },
];

/** Any short run of three tasks. */
export const anyEvents: fc.Arbitrary<readonly TraceEvent[]> = fc.array(
  fc
    .record({ task: fc.constantFrom('T0', '530', '535'), fact: fc.constantFrom(...facts) })
    .map(({ task, fact }) => by(task, fact)),
  { maxLength: 30 },
);
