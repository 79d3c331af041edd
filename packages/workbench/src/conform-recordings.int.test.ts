import { conform, knobRepair } from '@custody/conform';
import { hybridOf, type Variant, variants } from '@custody/ownership';
import { timelineOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { recorded } from './fixtures.testing.ts';

const runOf = async (name: string) => {
  const { topology, events } = await recorded(name);
  return { header: { topology }, timeline: timelineOf(events) };
};
const named = (id: string): Variant => variants.find((variant) => variant.id === id) as Variant;
const answerOf = async (name: string, variant: Variant) => conform(await runOf(name), variant);

const cookie = hybridOf({ id: 'robin-cookie', extends: 'robin-mail', knobs: { ownerId: 'cookie' } }, 'robin-cookie');
const repaired = hybridOf({ id: 'mended', extends: 'robin-repaired', knobs: { ownerId: 'cookie' } }, 'mended');

describe.each(['6.1-basic', '6.1-race', '6.1-type', 'lab-vanilla-leak'])('%s, a recording of 6.1', (name) => {
  it('is explained by linux-6.1 to its end', async () => {
    expect(await answerOf(name, named('linux-6.1'))).toMatchObject({ answer: { kind: 'explained' } });
  });
  it.each(['robin-mail', 'vfio-viability', 'notifier-claim'])('is refuted by %s', async (id) => {
    expect(await answerOf(name, named(id))).toMatchObject({ answer: { kind: 'refuted' } });
  });
});

describe('writes to sysfs `type`', () => {
  it('tell 6.12 from 6.1: an owned group refuses without a look at its devices', async () => {
    expect(await answerOf('6.12-type', named('linux-6.12'))).toMatchObject({ answer: { kind: 'explained' } });
    expect(await answerOf('6.12-type', named('linux-6.1'))).toMatchObject({
      answer: { kind: 'refuted', event: { type: 'CallReturned', data: { op: 'store-type', errno: 'OK' } } },
    });
  });
  it('tell 6.1 from 6.12: the device_lock of the only device is taken', async () => {
    expect(await answerOf('6.1-type', named('linux-6.12'))).toMatchObject({
      answer: { kind: 'refuted', event: { type: 'LockRequested', data: { lock: 'device:0000:00:06.0' } } },
    });
  });
});

describe('5.10-bugon', () => {
  it('is explained by vfio-viability, and by no other', async () => {
    const run = await runOf('5.10-bugon');
    const explaining = variants.filter((variant) => conform(run, variant).answer.kind === 'explained');
    expect(explaining.map(({ id }) => id)).toEqual(['vfio-viability']);
  });
});

describe('lab-robin-leak', () => {
  it('is refuted by linux-6.1', async () => {
    expect(await answerOf('lab-robin-leak', named('linux-6.1'))).toMatchObject({ answer: { kind: 'refuted' } });
  });
  it('is refuted by robin-mail where the owner is read as a cookie, and explained with that one knob', async () => {
    const run = await runOf('lab-robin-leak');
    const { answer, position } = conform(run, named('robin-mail'));
    expect(answer).toMatchObject({ kind: 'refuted', event: { type: 'LockReleased' }, reading: { domain: 'blocking' } });
    expect(knobRepair(run, named('robin-mail'), position)).toEqual({
      knobs: { ownerId: 'cookie' },
      position: run.timeline.length,
      isExplained: true,
    });
  });
  it('meets g4 as it leaks: the walk keeps the group for a bind that was refused', async () => {
    const { coverage } = await answerOf('lab-robin-leak', cookie);
    expect(coverage.cases['g4']).toMatchObject({ holds: false });
  });
});

describe('lab-repaired-leak', () => {
  it('is explained by the repaired scheme with a cookie for its owner', async () => {
    expect(await answerOf('lab-repaired-leak', repaired)).toMatchObject({ answer: { kind: 'explained' } });
  });
  it('is refuted by robin-mail with a cookie where the hook runs on a way out that has none', async () => {
    const { answer } = await answerOf('lab-repaired-leak', cookie);
    expect(answer).toMatchObject({
      kind: 'refuted',
      event: { type: 'CallEntered', data: { op: 'unuse', device: '0000:03:02.0' } },
    });
    expect(answer.kind === 'refuted' && answer.worlds[0]?.instead[0]).toMatchObject({
      label: 'bind.unlock',
      told: { type: 'BindReturned', data: { errno: 'EBUSY' } },
    });
  });
});

describe('6.1-lost-stream', () => {
  it('is explained up to the first lost lines, and inconclusive there', async () => {
    const run = await runOf('6.1-lost-stream');
    const { answer, position } = conform(run, named('linux-6.1'));
    expect(answer.kind).toBe('inconclusive');
    expect(run.timeline.at(position).type).toBe('EventsLost');
    for (let index = 0; index < position; index += 1) expect(run.timeline.at(index).type).not.toBe('EventsLost');
  });
});

describe('every line of 6.1-basic counts', () => {
  it('and without it linux-6.1 is refuted, there or later; but for the first readings, and what a task began or ended with', async () => {
    const { header, timeline } = await runOf('6.1-basic');
    const all = Array.from({ length: timeline.length }, (_, index) => timeline.at(index));
    const kindAt = ({ type, data }: (typeof all)[number]): string => {
      const { lock, op, event } = data as { lock?: string; op?: string; event?: string };
      return [type, lock?.split(':', 1)[0] ?? op ?? event ?? ''].join(' ').trim();
    };
    const silent = ['LineKept', 'MarkerWritten', 'SyscallEntered', 'SyscallReturned', 'RecordingEnded'];
    // A kind that is left out altogether is one that no probe stood on.
    const counted = Map.groupBy(all, kindAt);
    const escaped: string[] = [];
    for (const [index, event] of all.entries()) {
      if (silent.includes(event.type) || (counted.get(kindAt(event))?.length ?? 0) < 2) continue;
      const without = { header, timeline: timelineOf(all.toSpliced(index, 1)) };
      const { answer, position } = conform(without, named('linux-6.1'), { withReasons: false });
      if (answer.kind !== 'refuted') escaped.push(kindAt(event));
      else expect(position).toBeGreaterThanOrEqual(index);
    }
    expect(escaped.sort()).toEqual(['DomainAttached', 'LockReleased device', 'LockRequested device', 'OwnerSet']);
  });
});
