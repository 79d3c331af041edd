import { nanos, type TraceEvent, taskId } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { GroundTruth } from './ground-truth.ts';

const marker = (text: string, task = '7'): TraceEvent => ({
  type: 'MarkerWritten',
  data: { text },
  task: taskId(task),
  at: nanos(0),
});

const returned = (call: string, errno: string, task = '7'): TraceEvent => ({
  type: 'SyscallReturned',
  data: { call, errno },
  task: taskId(task),
  at: nanos(0),
});

const heldBeside = (...events: TraceEvent[]): GroundTruth => {
  const truth = new GroundTruth();
  for (const event of events) truth.see(event);
  return truth;
};

describe('what user space wrote down', () => {
  it('agrees with what the trace shows the same task be told', () => {
    const truth = heldBeside(
      returned('write bind', 'EBUSY'),
      marker('SCN op=bind dev=a drv=e1000 result=EBUSY'),
      returned('write unbind', 'OK'),
      marker('SCN op=unbind dev=a drv=e1000 result=ok'),
    );
    expect(truth.tally()).toEqual({ agreed: 2, unseen: 0, differing: 0 });
    expect(truth.findings()).toEqual([]);
  });

  it('differs where the trace shows another errno, and the place is named', () => {
    const truth = heldBeside(returned('write bind', 'OK'), marker('SCN op=bind dev=a drv=e1000 result=EBUSY'));
    expect(truth.tally()).toEqual({ agreed: 0, unseen: 0, differing: 1 });
    expect(truth.findings()).toEqual([
      {
        kind: 'marker-differs',
        position: 2,
        text: 'user space wrote "SCN op=bind dev=a drv=e1000 result=EBUSY", and the trace shows OK',
      },
    ]);
  });

  it('of a claim is the answer to its last step, whatever is closed after it', () => {
    const truth = heldBeside(
      returned('open /dev/vfio/GROUP', 'OK'),
      returned('ioctl VFIO_GROUP_SET_CONTAINER', 'EPERM'),
      returned('close /dev/vfio/GROUP', 'OK'),
      marker('SCN op=claim grp=6 dev=a stage=set-container result=EPERM'),
    );
    expect(truth.tally()).toMatchObject({ agreed: 1, differing: 0 });
  });

  it('is held beside nobody else’s answer, nor an earlier one', () => {
    const truth = heldBeside(
      returned('write bind', 'OK', '8'),
      marker('SCN op=bind dev=a drv=e1000 result=EBUSY'),
      returned('write bind', 'OK'),
      marker('SCN op=bind dev=a drv=none'),
      marker('SCN op=bind dev=a drv=none result=ENOENT'),
    );
    expect(truth.tally()).toEqual({ agreed: 0, unseen: 2, differing: 0 });
  });

  it('is not judged by what stands before a gap', () => {
    const lost: TraceEvent = { type: 'EventsLost', data: { count: 9 }, task: taskId('-'), at: nanos(0) };
    const truth = heldBeside(returned('write bind', 'OK'), lost, marker('SCN op=bind dev=a drv=e1000 result=EBUSY'));
    expect(truth.tally()).toEqual({ agreed: 0, unseen: 1, differing: 0 });
  });
});
