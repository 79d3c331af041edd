import { follow, parseSchedule, random, roundRobin } from '@custody/explore';
import { deviceId, evolve, fieldsOf, initialWorld, type TraceEvent } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { scenario, variant } from './found.testing.ts';
import { topologyOf } from './model-of.ts';
import { narrate, simulate } from './simulate.ts';

const told = (events: readonly TraceEvent[]): readonly string[] =>
  events.map((event) => `${event.at} ${event.task} ${event.type} ${fieldsOf(event)}`);

describe('a narrated run', () => {
  it('tells a refused bind as a recording would (S-01, linux-6.1)', () => {
    const { events, parted } = narrate(variant('linux-6.1'), scenario('bind-into-live-group'), parseSchedule('T0*9'));
    expect(parted).toBeNull();
    expect(told(events)).toEqual([
      '0 T0 LockRequested lock=device:B',
      '1 T0 StepTaken label=bind.lock',
      '1 T0 LockAcquired lock=device:B',
      '2 T0 StepTaken label=bind.find',
      '3 T0 StepTaken label=bind.set',
      '3 T0 BindStarted device=B driver=nic managed=false',
      '3 T0 DriverSet device=B driver=nic',
      '4 T0 StepTaken label=bind.pinctrl',
      '4 T0 CallEntered op=use group=1 device=B',
      '4 T0 LockRequested lock=group:1',
      '5 T0 StepTaken label=use.lock',
      '5 T0 LockAcquired lock=group:1',
      '6 T0 StepTaken label=use.check',
      '7 T0 StepTaken label=use.unlock',
      '7 T0 LockReleased lock=group:1',
      '7 T0 CallReturned op=use group=1 device=B errno=EBUSY',
      '8 T0 StepTaken label=leave.clear',
      '8 T0 DriverCleared device=B',
      '9 T0 StepTaken label=bind.unlock',
      '9 T0 BindReturned device=B errno=EBUSY',
      '9 T0 LockReleased lock=device:B',
    ]);
  });

  it('tells an unbind that gives its count back before dev->driver is cleared (linux-6.1)', () => {
    const { events } = simulate(variant('linux-6.1'), scenario('case-1a'), roundRobin());
    expect(told(events).filter((line) => !/StepTaken|Lock/.test(line))).toEqual([
      '2 T0 UnbindStarted device=A',
      '3 T0 RemoveReturned device=A',
      '3 T0 CallEntered op=unuse group=1 device=A',
      '5 T0 OwnerSet group=1 owner=- count=1',
      '6 T0 CallReturned op=unuse group=1 device=A errno=OK',
      '7 T0 DriverCleared device=A',
      '8 T0 UnbindReturned device=A',
    ]);
  });

  it('tells that an unbind has returned after it dropped the device_lock, as a recording would', () => {
    const { events } = simulate(variant('linux-6.1'), scenario('case-1a'), roundRobin());
    expect(told(events).slice(-2)).toEqual(['8 T0 LockReleased lock=device:A', '8 T0 UnbindReturned device=A']);
  });

  it('shows a bind as failing from the return of its refused claim until it returns (S-01)', () => {
    const [linux, live] = [variant('linux-6.1'), scenario('bind-into-live-group')];
    const phases: (readonly [string, string | undefined])[] = [];
    let world = initialWorld(topologyOf(linux, live));
    for (const event of narrate(linux, live, parseSchedule('T0*9')).events) {
      world = evolve(world, event);
      const phase = world.devices[deviceId('B')]?.phase;
      if (phase !== phases.at(-1)?.[1]) phases.push([event.type, phase]);
    }
    expect(phases.slice(1)).toEqual([
      ['BindStarted', 'binding'],
      ['CallReturned', 'failing'],
      ['BindReturned', 'unbound'],
    ]);
  });

  it('tells owner and count once where a claim writes both', () => {
    const { events } = simulate(variant('linux-6.1'), scenario('case-4a-i'), follow(parseSchedule('T0*8 T1*8 T2*5')));
    const claimed = told(events).filter((line) => /T2 (OwnerSet|DomainAttached|Call)/.test(line));
    expect(claimed).toEqual([
      '0 T2 CallEntered op=claim group=1 owner=user:T2',
      '19 T2 DomainAttached group=1 domain=blocking',
      '20 T2 OwnerSet group=1 owner=user:T2 count=1',
      '21 T2 CallReturned op=claim group=1 errno=OK',
    ]);
  });

  it('tells the outcome where the kernel may choose, and the errno of a probe that failed', () => {
    const { events } = simulate(variant('linux-6.1'), scenario('probe-fails-late'), follow(parseSchedule('T0*8')));
    expect(told(events).slice(-4)).toEqual([
      '8 T0 StepTaken label=bind.probe outcome=fail',
      '8 T0 ProbeReturned device=A errno=ENODEV',
      '8 T0 CallEntered op=unuse group=1 device=A',
      '8 T0 LockRequested lock=group:1',
    ]);
  });
});

describe('a release on the way out of a failed bind', () => {
  it('returns nothing, while the bind returns the errno of the probe', () => {
    const { events } = simulate(variant('linux-6.1'), scenario('probe-fails-late'), follow(parseSchedule('T0*13')));
    expect(told(events).filter((line) => /T0 (CallReturned op=unuse|BindReturned)/.test(line))).toEqual([
      '11 T0 CallReturned op=unuse group=1 device=A errno=OK',
      '13 T0 BindReturned device=A errno=ENODEV',
    ]);
  });
});

describe('a simulation', () => {
  it('is the same again from its seed, and from the schedule that it hands over', () => {
    const [robin, failing] = [variant('robin-mail'), scenario('fail-before-claim')];
    const run = simulate(robin, failing, random(7));
    expect(simulate(robin, failing, random(7))).toEqual(run);
    expect(simulate(robin, failing, follow(parseSchedule(run.schedule)))).toMatchObject({
      events: run.events,
      parted: null,
    });
  });

  it('says where a pasted schedule could not be followed, and goes on', () => {
    const run = simulate(variant('linux-6.1'), scenario('case-4a-i'), follow(parseSchedule('T0*4 T1*3 T1*2')));
    expect(run.parted).toEqual({ step: 7, action: 'T1', why: 'blocked' });
    expect(run.ending).toBe('done');
  });
});
