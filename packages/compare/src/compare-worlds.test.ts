import { deviceId, driverId, fold, groupLock, rolesOf, type TraceEvent, timelineOf, worldOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWorlds } from './compare-worlds.ts';
import { anyEvents, asked, by, claiming, owned, six } from './hand-made.testing.ts';

const worldAfter = (events: readonly TraceEvent[]) => fold(worldOf({ groups: [] }), events);

describe('comparing worlds', () => {
  it('finds nothing between a world and itself', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        expect(compareWorlds(worldAfter(events), worldAfter(events))).toEqual([]);
      }),
    );
  });

  it('says the same when swapped', () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, (left, right) => {
        const swapped = compareWorlds(worldAfter(right), worldAfter(left));
        expect(swapped.map(({ path, left, right }) => ({ path, left: right, right: left }))).toEqual(
          compareWorlds(worldAfter(left), worldAfter(right)),
        );
      }),
    );
  });

  it('names the leaves that differ, sorted, an owner against none included', () => {
    const left = worldAfter([by('T0', owned('vfio', 1))]);
    const right = worldAfter([by('T0', owned(null, 0))]);
    expect(compareWorlds(left, right)).toEqual([
      { path: 'groups.6.owner', left: 'vfio', right: null },
      { path: 'groups.6.ownerCount', left: 1, right: 0 },
    ]);
  });

  it('shows a device that only one world has', () => {
    const bound = by('T0', { type: 'DriverSet', data: { device: deviceId('a'), driver: driverId('d') } });
    expect(compareWorlds(worldAfter([bound]), worldAfter([]))).toContainEqual({
      path: 'devices.a.driver',
      left: 'd',
      right: null,
    });
  });

  it('takes a lock without entry for free and compares holders by role', () => {
    const run = (pid: string) => [
      by(pid, asked('write bind', 'a d')),
      by(pid, claiming('x')),
      by(pid, { type: 'LockAcquired', data: { lock: groupLock(six) } }),
    ];
    const [left, right] = [run('530'), run('812')];
    const names = { left: rolesOf(timelineOf(left)), right: rolesOf(timelineOf(right)) };
    expect(compareWorlds(worldAfter(left), worldAfter(right), names)).toEqual([]);
    expect(compareWorlds(worldAfter(left), worldAfter([]), names)).toEqual([
      { path: 'locks.group:6.holders', left: ['write bind a d'], right: [] },
      { path: 'tasks.write bind a d.calls', left: ['claim group 6 for x'], right: [] },
    ]);
  });
});
