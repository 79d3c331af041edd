import { type Fact, type GroupId, position, type TraceEvent } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { textOf } from './row.ts';
import {
  acquired,
  acquiredDevice,
  binding,
  claimed,
  eventsBy,
  manyGroups,
  owned,
  refused,
  released,
  requested,
  viewOf,
} from './run.testing.ts';
import { widthOf } from './text.ts';
import { worldPane } from './world-pane.ts';

const worldAfter = (events: readonly TraceEvent[], { width = 40, height = 20 } = {}): readonly string[] =>
  worldPane(viewOf(events), position(events.length), width, height).map(textOf);

describe('the world', () => {
  it('shows a group with owner, count, domain and devices', () => {
    expect(worldAfter([])).toEqual(['group 6  count 0', ' owner  none', ' domain default', ' 03:01.0 -   unbound']);
  });

  it('marks the fields that the last event changed', () => {
    expect(worldAfter(eventsBy(['T1', owned])).slice(0, 3)).toEqual([
      'group 6  count*1',
      ' owner *vfio',
      ' domain default',
    ]);
    expect(worldAfter(eventsBy(['T0', binding]))).toContain(' 03:01.0 -  *binding');
  });

  it('flags a lock held by two tasks', () => {
    expect(worldAfter(eventsBy(['T0', acquired], ['T1', acquired]))).toContain('!! lock group:6*T0 T1');
  });

  it('shows who holds a lock, who waits, and that it has just become free', () => {
    const events = eventsBy(['T0', acquired], ['T1', requested], ['T0', acquiredDevice]);
    expect(worldAfter(events)).toContain('lock group:6 T0 wait T1');
    expect(worldAfter(events)).toContain('lock dev:03:01.0*T0');
    expect(worldAfter(eventsBy(['T0', acquired], ['T0', released]))).toContain('lock group:6*free');
  });

  it('shows which call a task is in, and that it has just left it', () => {
    expect(worldAfter(eventsBy(['T1', claimed]))).toContain('task T1*claim 6');
    expect(worldAfter(eventsBy(['T1', claimed], ['T1', refused]))).toContain('task T1*in no call');
  });

  it('counts lost events aloud', () => {
    expect(worldAfter(eventsBy(['T0', { type: 'EventsLost', data: { count: 12 } }]))).toContain(
      '!! 12 events lost so far',
    );
  });

  it('shows ? for a count and an owner that nobody has read yet', () => {
    const view = viewOf([], { topology: manyGroups(1) });
    expect(worldPane(view, position(0), 40, 20).map(textOf).slice(0, 3)).toEqual([
      'group 0  count ?',
      ' owner  ?',
      ' domain ?',
    ]);
  });

  it('never is wider or taller than its pane', () => {
    const rows = worldAfter(eventsBy(['T0', binding], ['T0', acquired], ['T1', requested]), { width: 12, height: 4 });
    expect(rows.length).toBe(4);
    expect(Math.max(...rows.map(widthOf))).toBeLessThanOrEqual(12);
  });
});

describe('groups without room for all', () => {
  const sampled: Fact = { type: 'OwnerSet', data: { group: '3' as GroupId, owner: null, count: 1 } };
  const view = viewOf(eventsBy(['T0', sampled], ['T0', { type: 'MarkerWritten', data: { text: 'hello' } }]), {
    topology: manyGroups(9),
  });
  const rows = worldPane(view, position(1), 40, 12).map(textOf);

  it('begin with the group of the last event, in full', () => {
    expect(rows[0]).toBe('group 3  count*1');
    expect(rows).toContain(' 03:00.1 -   unbound');
  });

  it('give the others a line each and say how many are left out', () => {
    expect(rows).toContain('group 0 ? x?  0/2 bound');
    expect(rows.at(-1)).toBe('+2 more groups');
  });

  it('stay in place over an event about no group', () => {
    expect(worldPane(view, position(2), 40, 12).map(textOf)[0]).toBe('group 3  count 1');
  });
});
