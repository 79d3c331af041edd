import { actionName, follow, isWitness, parseSchedule, random, roundRobin } from '@custody/explore';
import { deviceId, evolve, fieldsOf, initialWorld, type TraceEvent } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { caseOfMark } from './cases.ts';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachVariant, scenario, variant } from './found.testing.ts';
import type { Stores } from './machine.ts';
import { modelOf, topologyOf } from './model-of.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { type CaseMet, narrate, type Simulation, simulate } from './simulate.ts';
import type { Variant } from './variant.ts';
import { waiterOf } from './waiter.ts';

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
      '8 T0 StepTaken label=leave.clear-early',
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
      '2 T0 BusNotified device=A event=UNBIND_DRIVER',
      '3 T0 RemoveReturned device=A',
      '3 T0 CallEntered op=unuse group=1 device=A',
      '5 T0 OwnerSet group=1 owner=- count=1',
      '6 T0 CallReturned op=unuse group=1 device=A errno=OK',
      '7 T0 DriverCleared device=A',
      '8 T0 BusNotified device=A event=UNBOUND_DRIVER',
      '8 T0 UnbindReturned device=A',
    ]);
  });

  it('tells UNBOUND_DRIVER with the device_lock held, and that the unbind has returned without it (§1.3)', () => {
    const { events } = simulate(variant('linux-6.1'), scenario('case-1a'), roundRobin());
    expect(told(events).slice(-3)).toEqual([
      '8 T0 BusNotified device=A event=UNBOUND_DRIVER',
      '8 T0 LockReleased lock=device:A',
      '8 T0 UnbindReturned device=A',
    ]);
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
    expect(told(events).slice(-5)).toEqual([
      '8 T0 StepTaken label=bind.probe outcome=fail',
      '8 T0 ProbeReturned device=A errno=ENODEV',
      '8 T0 BusNotified device=A event=DRIVER_NOT_BOUND',
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

describe.each(eachVariant)('every witness of %s', (_id, given) => {
  /** The run that a witness writes down, which must fit from its first entry to its last. */
  const runs = new Map<string, Simulation>();
  const replayed = (where: Scenario, stores: Stores, schedule: string): Simulation => {
    const key = `${where.id} ${stores} ${schedule}`;
    const run = runs.get(key) ?? simulate(given, where, follow(parseSchedule(schedule)), { stores });
    runs.set(key, run);
    expect(run.parted).toBeNull();
    expect(run.schedule).toBe(schedule);
    return run;
  };
  const reports = bothStores.flatMap((stores) =>
    scenarios.map((where) => ({ where, stores, report: exploreVariant(given, where, { stores }) })),
  );

  it('against a property breaks it, replayed, at its last step and no sooner', () => {
    for (const { where, stores, report } of reports) {
      for (const { id, verdict, schedule, steps } of report.properties) {
        expect([where.id, id, verdict]).not.toContain('unknown');
        if (schedule === null) continue;
        const { violations } = replayed(where, stores, schedule);
        expect(violations.filter((violation) => violation.id === id)).toMatchObject([{ step: steps }]);
      }
    }
  });

  it('of a case meets it, replayed, at its last step, and as was said', () => {
    for (const { where, stores, report } of reports) {
      for (const [id, { reached, holds, witness }] of Object.entries(report.cases)) {
        if (witness === null) {
          expect([where.id, id, reached, holds]).toEqual([where.id, id, false, null]);
          continue;
        }
        const last = parseSchedule(witness).length;
        const met = replayed(where, stores, witness).cases.filter((each) => each.id === id && each.step === last);
        expect(met.map(({ isExpected }) => isExpected)).toContain(holds === true);
      }
    }
  });

  it('of a situation that no case covers meets it, replayed, at its last step', () => {
    for (const { where, stores, report } of reports) {
      for (const { says, witness } of report.unlisted) {
        const { cases } = replayed(where, stores, witness);
        expect(cases).toContainEqual(
          expect.objectContaining({ id: null, says, step: parseSchedule(witness).length, isExpected: true }),
        );
      }
    }
  });

  it('of a deadlock reports, replayed, who waits for what', () => {
    for (const { where, stores, report } of reports) {
      if (report.deadlock === null) continue;
      const { schedule, waits } = report.deadlock;
      expect(replayed(where, stores, schedule).waits).toEqual(waits);
      expect(waits).not.toEqual([]);
    }
  });
});

describe('what a simulation says of a run', () => {
  /** The marks of the model's own transitions along `schedule`, and the sentences that its states break, by step. */
  const judged = (given: Variant, where: Scenario, stores: Stores, schedule: readonly string[]) => {
    const model = modelOf(given, where, stores);
    const broken = new Map<string, number>();
    const cases: (Pick<CaseMet, 'id' | 'says' | 'isExpected'> & { readonly step: number })[] = [];
    let row = new Int32Array(model.words);
    const judge = (step: number, marks: readonly string[]): void => {
      const states = model.properties.filter((property) => isWitness(property, row, 0)).map(({ name }) => name);
      for (const id of [...states, ...marks.filter((mark) => /^[IO]\d+$/.test(mark))]) {
        if (!broken.has(id) && model.sentences.some((sentence) => sentence.id === id)) broken.set(id, step);
      }
      const met = marks.flatMap((mark) => caseOfMark(mark) ?? []);
      // Where one sibling is not treated as its case expects, the case is told as that, and only so.
      const failed = met.filter(({ isExpected }) => !isExpected).map(({ id }) => id);
      for (const found of met) if (!found.isExpected || !failed.includes(found.id)) cases.push({ ...found, step });
    };
    model.initial(row, 0);
    judge(0, []);
    for (const [index, name] of schedule.entries()) {
      const scratch = new Int32Array(model.words);
      let next: { row: Int32Array<ArrayBuffer>; marks: readonly string[] } | undefined;
      model.successors(row, 0, scratch, (action, marks = []) => {
        if (actionName(model, action) === name) next = { row: scratch.slice(), marks: [...marks] };
      });
      if (next === undefined) throw new RangeError(`Cannot take ${name} as step ${index + 1} as it is not offered`);
      row = next.row;
      judge(index + 1, next.marks);
    }
    return { broken: Object.fromEntries(broken), cases };
  };

  it.each(eachVariant)('is what the transitions of the model carry (%s)', (_id, given) => {
    for (const [seed, where] of scenarios.entries()) {
      const stores = seed % 2 === 0 ? 'sc' : 'late';
      const run = simulate(given, where, random(seed), { stores });
      const { broken, cases } = judged(given, where, stores, parseSchedule(run.schedule));
      // A cycle of waiters is no state's mark, and breaks I11.
      if (run.waits !== null) broken.I11 ??= run.violations.find(({ id }) => id === 'I11')?.step ?? -1;
      expect(Object.fromEntries(run.violations.map(({ id, step }) => [id, step]))).toEqual(broken);
      expect(run.cases.map(({ position: _position, ...met }) => met)).toEqual(cases);
    }
  });

  it('names the waiters as the events name tasks and locks', () => {
    expect(waiterOf({ task: 0, wants: 'device:B', holder: 1 })).toEqual({
      task: 'T0',
      wants: 'device:B',
      holder: 'T1',
    });
    expect(waiterOf({ task: 2, wants: null, holder: null })).toEqual({ task: 'T2', wants: null, holder: null });
  });
});
