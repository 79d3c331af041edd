import { describe, expect, it } from 'vitest';
import type { Fact, Stamp, TraceEvent } from './facts.ts';
import { groupId, nanos, taskId } from './ids.ts';
import { rolesOf, sharedRolesOf } from './roles.ts';
import { timelineOf } from './timeline.ts';

const by = (task: string, fact: Fact, stamp: Partial<Stamp> = {}): TraceEvent => ({
  task: taskId(task),
  at: nanos(0),
  ...stamp,
  ...fact,
});
const asked = (call: string, about: string): Fact => ({ type: 'SyscallEntered', data: { call, about } });
const claimed = (errno: string): Fact => ({ type: 'CallReturned', data: { op: 'claim', group: groupId('6'), errno } });

const bind = asked('write bind', '0000:03:02.0 virtio-pci');
const named = (events: Parameters<typeof timelineOf>[0], ...tasks: readonly string[]) =>
  tasks.map((task) => rolesOf(timelineOf(events))(taskId(task)));

describe('a role', () => {
  it('is the name of a simulated task', () => {
    expect(named([by('T0', claimed('OK'))], 'T0')).toEqual(['T0']);
  });

  it('is the first thing a recorded task asked for, wherever in its life', () => {
    expect(named([by('530', claimed('OK'), { comm: 'sh' }), by('530', bind)], '530')).toEqual([
      'write bind 0000:03:02.0 virtio-pci',
    ]);
  });

  it('is the comm of a task that asks for nothing, however late the kernel knew it', () => {
    expect(named([by('1', claimed('OK')), by('1', claimed('OK'), { comm: 'init' })], '1')).toEqual(['init']);
    expect(named([by('7', claimed('OK'), { comm: 'kworker/1:2-events' })], '7')).toEqual(['kworker']);
    expect(named([by('7', claimed('OK'))], '7')).toEqual(['task']);
  });

  it('is shared by processes that live one after the other and numbered for those that live together', () => {
    const apart = [by('530', bind), by('530', claimed('OK')), by('531', bind)];
    expect(named(apart, '530', '531')).toEqual(Array(2).fill('write bind 0000:03:02.0 virtio-pci'));
    const together = [by('530', bind), by('531', bind), by('530', claimed('OK'))];
    expect(named(together, '530', '531')).toEqual([
      'write bind 0000:03:02.0 virtio-pci',
      'write bind 0000:03:02.0 virtio-pci #2',
    ]);
    expect(sharedRolesOf(timelineOf(together))(taskId('531'))).toBe('write bind 0000:03:02.0 virtio-pci');
  });
});
