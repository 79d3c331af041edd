import { deviceLock, driverId, type Fact, type TraceEvent } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { conform } from './conform.ts';
import {
  bindReturned,
  bindStarted,
  claim,
  claimed,
  driverCleared,
  driverSet,
  has,
  letsGo,
  linux61,
  locksDevice,
  lost,
  nic,
  owned,
  recording,
  sampled,
  told,
  unlocksDevice,
  use,
  used,
  wants,
} from './hand-made.testing.ts';

const granted = told('700', claim, wants, has, owned(1, 'user'), letsGo, claimed('OK'));
const free = told('600', wants, has, owned(0, null), letsGo);
const binding = told('800', ...locksDevice, bindStarted, driverSet, use, wants, has);

const answerOf = (...events: readonly (readonly TraceEvent[])[]) => conform(recording(...events), linux61);

describe('a claim', () => {
  it('is granted in a group that nobody has', () => {
    expect(answerOf(granted).answer).toEqual({ kind: 'explained' });
  });

  it('cannot be refused in a group that was read as free', () => {
    const { answer, position } = answerOf(free, told('700', claim, wants, has, letsGo, claimed('EPERM')));
    expect(position).toBe(7);
    expect(answer).toMatchObject({ kind: 'refuted', event: { type: 'LockReleased' } });
  });

  it('may be refused in a group that nobody has read yet: somebody may have had it all along', () => {
    expect(answerOf(told('700', claim, wants, has, letsGo, claimed('EPERM'))).answer).toEqual({ kind: 'explained' });
  });
});

describe('a device_lock that was taken by mutex_trylock', () => {
  const tried = told('900', { type: 'LockAcquired', data: { lock: deviceLock(nic), inferred: true } }, unlocksDevice);

  it('is taken without being asked for, where it is free', () => {
    expect(answerOf(told('800', ...locksDevice, unlocksDevice), tried).answer).toEqual({ kind: 'explained' });
  });

  it('is not taken while another has it', () => {
    expect(answerOf(told('800', ...locksDevice), tried)).toMatchObject({ position: 2, answer: { kind: 'refuted' } });
  });
});

describe('a bind into a group that a user owns', () => {
  const refused = told('800', letsGo, used('EBUSY'), driverCleared, bindReturned('EBUSY'), unlocksDevice);

  it('is refused', () => {
    expect(answerOf(granted, binding, refused).answer).toEqual({ kind: 'explained' });
  });

  it('is not granted: the guard that stands against it is said with its values', () => {
    const { answer } = answerOf(granted, binding, told('800', letsGo, used('OK')));
    expect(answer).toMatchObject({
      kind: 'refuted',
      group: '6',
      event: { type: 'CallReturned', data: { errno: 'OK' } },
    });
    const [instead] = (answer.kind === 'refuted' && answer.worlds[0]?.instead) || [];
    expect(instead?.told).toMatchObject({ type: 'CallReturned', data: { op: 'use', group: '6', errno: 'EBUSY' } });
    expect(instead?.after).toContainEqual({
      label: 'use.check',
      readings: 'owner_cnt 1, owner 0xffff01',
    });
  });

  it('is mended by the errno that the guard gives', () => {
    const { answer } = answerOf(granted, binding, told('800', letsGo, used('OK'), driverCleared));
    expect(answer.kind === 'refuted' && answer.repairs[0]).toMatchObject({ change: 'errno', errno: 'EBUSY' });
  });

  it('waits for the mutex: nobody has it while another does', () => {
    const { answer } = answerOf(free, told('700', claim, wants, has), binding);
    expect(answer).toMatchObject({ kind: 'refuted', event: { type: 'LockAcquired', task: '800' } });
    const [world] = answer.kind === 'refuted' ? answer.worlds : [];
    expect(world?.instead.map(({ waitsFor }) => waitsFor)).toContain('group:6, which task 700 holds');
  });
});

describe('a write to drivers_probe', () => {
  const next: Fact = { type: 'BindStarted', data: { device: nic, driver: driverId('e1000e'), managed: false } };
  const nextSet: Fact = { type: 'DriverSet', data: { device: nic, driver: driverId('e1000e') } };
  const fails = [bindStarted, driverSet, driverCleared, bindReturned('ENODEV')];

  it('tries one driver after the other under one device_lock', () => {
    const events = told(
      '800',
      ...locksDevice,
      ...fails,
      next,
      nextSet,
      driverCleared,
      bindReturned('ENODEV'),
      unlocksDevice,
    );
    expect(answerOf(events).answer).toEqual({ kind: 'explained' });
    const thinned = events.filter(({ type }) => type !== 'BindReturned');
    expect(answerOf(thinned).answer).toEqual({ kind: 'explained' });
  });

  it('tries no other driver once the device is bound', () => {
    const bound = [bindStarted, driverSet, use, wants, has, owned(1, null), letsGo, used('OK'), bindReturned('OK')];
    const { answer, position } = answerOf(told('800', ...locksDevice, ...bound, next, unlocksDevice));
    expect({ kind: answer.kind, position }).toEqual({ kind: 'refuted', position: 11 });
  });

  it('keeps the lock from others all the while', () => {
    const another = told('801', ...locksDevice);
    expect(answerOf(told('800', ...locksDevice, ...fails, next), another, told('800', unlocksDevice))).toMatchObject({
      position: 8,
      answer: { kind: 'refuted' },
    });
  });
});

describe('a reading as the mutex is taken', () => {
  it('is what the last one to let go had left', () => {
    const read = (count: number) => told('701', wants, has, sampled(count), letsGo);
    expect(answerOf(granted, read(1)).answer).toEqual({ kind: 'explained' });
    expect(answerOf(granted, read(2))).toMatchObject({
      position: granted.length + 2,
      answer: { kind: 'refuted', event: { type: 'GroupSampled' }, worlds: [{ count: 1, owner: '0xffff01' }] },
    });
  });
});

describe('what the recording does not show', () => {
  it('is inconclusive from the first lost lines on, and what came before is explained', () => {
    const { answer, position } = answerOf(granted, told('0', lost), granted);
    expect(answer).toMatchObject({ kind: 'inconclusive', why: expect.stringContaining('7 lines') });
    expect(position).toBe(granted.length);
  });

  it('does not matter where nothing comes after it', () => {
    expect(answerOf(granted, told('0', lost)).answer).toEqual({ kind: 'explained' });
  });

  it('leaves it open where the beginnings go unseen: nobody can say then what a task is in', () => {
    const { answer, position } = answerOf(
      told('800', ...locksDevice, use, wants, has, letsGo, used('OK'), unlocksDevice),
    );
    expect({ answer, position }).toEqual({
      answer: { kind: 'inconclusive', why: 'the run shows CallEntered use, and no BindStarted: set that probe too' },
      position: 0,
    });
  });

  it('was begun before it did, where a task shows an end first', () => {
    expect(answerOf(told('500', letsGo), granted).answer).toEqual({ kind: 'explained' });
  });

  it('cannot have been begun in between: nothing ends that has not begun', () => {
    expect(answerOf(granted, told('700', letsGo)).answer).toMatchObject({ kind: 'refuted' });
  });

  it('is a bind that was put off before it set the driver', () => {
    const put = told('800', ...locksDevice, bindStarted, bindReturned('EPROBE_DEFER'), unlocksDevice);
    const shown = told('801', ...locksDevice, bindStarted, driverSet);
    expect(answerOf(put, shown).answer).toEqual({ kind: 'explained' });
  });
});
