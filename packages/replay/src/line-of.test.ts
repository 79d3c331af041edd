import { deviceId, driverId, groupId, nanos, type TraceEvent, taskId } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { lineOf } from './line-of.ts';

const bind: TraceEvent = {
  task: taskId('530'),
  comm: 'sh',
  cpu: 1,
  at: nanos(27_123_580_999),
  type: 'BindStarted',
  data: { device: deviceId('0000:03:01.0'), driver: driverId('vfio-pci'), managed: null },
};

describe('a line of text', () => {
  it('has the shape of trace-cmd report', () => {
    expect(lineOf(bind)).toBe(
      '              sh-530     [001]    27.123580: BindStarted:       device=0000:03:01.0 driver=vfio-pci managed=-',
    );
  });

  it('says <...> for a task whose name the kernel did not know', () => {
    const { comm: _unknown, ...nameless } = bind;
    expect(lineOf(nameless)).toMatch(/^ +<\.\.\.>-530 /);
  });

  it('counts steps and leaves the cpu blank for a simulated task', () => {
    const refused: TraceEvent = {
      task: taskId('T0'),
      at: nanos(12),
      type: 'CallReturned',
      data: { op: 'claim', group: groupId('6'), errno: 'EBUSY' },
    };
    expect(lineOf(refused)).toBe(
      '              T0                         12: CallReturned:      op=claim group=6 errno=EBUSY',
    );
  });

  it('keeps its columns whatever the event', () => {
    const later = lineOf({ ...bind, task: taskId('1'), comm: 'init', cpu: 0, at: nanos(1_000_000_000) });
    expect(later.indexOf('BindStarted')).toBe(lineOf(bind).indexOf('BindStarted'));
  });
});
