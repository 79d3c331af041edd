import { type Fact, groupId, nanos, position, type TraceEvent, taskId, timelineOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorAt, anchorsIn, resolveAnchor } from './anchor.ts';
import { openNotes } from './notes-document.ts';

const by = (task: string, fact: Fact): TraceEvent => ({ task: taskId(task), at: nanos(0), ...fact });
const bind: Fact = { type: 'SyscallEntered', data: { call: 'write bind', about: '0000:03:02.0 virtio-pci' } };
const entered: Fact = { type: 'CallEntered', data: { op: 'claim', group: groupId('6') } };
const claimed = (errno: string): Fact => ({ type: 'CallReturned', data: { op: 'claim', group: groupId('6'), errno } });
const claim = (task: string, errno: string) => [by(task, entered), by(task, claimed(errno))];

const anyEvents = fc.array(
  fc
    .tuple(fc.constantFrom('T0', '530'), fc.constantFrom(bind, entered, claimed('OK'), claimed('EBUSY')))
    .map(([task, fact]) => by(task, fact)),
  { maxLength: 20 },
);

describe('an anchor', () => {
  it('is found at its own position in its own run', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const { anchorAt: at, resolve } = anchorsIn(timelineOf(events));
        for (let where = 0; where <= events.length; where += 1) expect(resolve(at(position(where)))).toBe(where);
      }),
    );
  });

  it('is found by meaning in a re-recording with other pids that begins later', () => {
    const run = (pid: string) => [by(pid, bind), ...claim('T0', 'OK'), ...claim('T0', 'EBUSY')];
    const anchor = anchorAt(timelineOf(run('530')), position(5));
    expect(anchor.event).toMatchObject({
      type: 'CallReturned',
      object: 'group:6',
      detail: 'claim EBUSY',
      occurrence: 1,
    });
    const late = [by('1', { type: 'MarkerWritten', data: { text: 'SCN begin' } }), ...run('812')];
    expect(resolveAnchor(timelineOf(late), anchor)).toBe(6);
  });

  it('is the n-th of its kind while there are as many of them', () => {
    const anchor = anchorAt(timelineOf([...claim('T0', 'OK'), ...claim('T0', 'OK')]), position(4));
    expect(resolveAnchor(timelineOf([by('9', bind), ...claim('T0', 'OK'), ...claim('T0', 'OK')]), anchor)).toBe(5);
  });

  it('is told by its neighbours when there are more of its kind', () => {
    const anchor = anchorAt(timelineOf([...claim('T0', 'OK'), by('9', bind)]), position(2));
    const rerun = timelineOf([...claim('T0', 'OK'), ...claim('T0', 'OK'), by('8', bind)]);
    expect(resolveAnchor(rerun, anchor)).toBe(4);
  });

  it('is an orphan when its event is gone, or could be several', () => {
    const anchor = anchorAt(timelineOf([...claim('T0', 'EBUSY'), by('9', bind)]), position(2));
    expect(resolveAnchor(timelineOf(claim('T0', 'OK')), anchor)).toBeNull();
    const twice = [...claim('T0', 'EBUSY'), by('9', bind)];
    expect(resolveAnchor(timelineOf([by('T1', entered), ...twice, by('T1', entered), ...twice]), anchor)).toBeNull();
  });

  it('must stand in the run', () => {
    expect(() => anchorAt(timelineOf([]), position(1))).toThrow(RangeError);
  });

  it('survives as JSON, as it is stored', () => {
    const anchor = anchorAt(timelineOf(claim('T0', 'OK')), position(2));
    expect(JSON.parse(JSON.stringify(anchor))).toEqual(anchor);
  });
});

describe('a listed note', () => {
  it('is marked as an orphan in a run that lacks its event, and never dropped', () => {
    const recorded = timelineOf(claim('T0', 'EBUSY'));
    const notes = openNotes();
    notes.add({
      id: 'n1',
      author: 'ada',
      at: '2026-11-22T10:00:00Z',
      anchor: anchorAt(recorded, position(2)),
      body: 'why?',
    });
    expect(notes.list(recorded).map(({ orphan }) => orphan)).toEqual([false]);
    expect(notes.list(timelineOf(claim('T0', 'OK'))).map(({ orphan }) => orphan)).toEqual([true]);
  });
});
