import { type Action, type Field, outcomeOf, taskOf } from '@custody/explore';
import { type BusEvent, type Fact, nanos, type TraceEvent } from '@custody/trace';
import { errno, outcome, outcomeNames } from './codes.ts';
import { Machine, type Stores } from './machine.ts';
import { errnoNamed, taskNamed } from './names.ts';
import type { Voice } from './operation.ts';
import type { Stand } from './program.ts';
import type { Scenario } from './scenario.ts';
import { TellingMemory } from './telling-memory.ts';
import type { Variant } from './variant.ts';
import type { DeviceView, TaskView } from './views.ts';
import { traceCall } from './world-at.ts';
import { factMakers } from './write-facts.ts';

/** Runs the steps of one run and tells what they wrote. */
export interface Narrator {
  /** The calls that the tasks stand in and the locks that they want before the first step. */
  readonly arrivals: () => readonly TraceEvent[];
  /** What the next step, `action`, did. */
  readonly step: (action: Action) => readonly TraceEvent[];
  /** Goes on from the packed state at `at`, as the explorer has it. */
  readonly goTo: (states: Int32Array, at: number) => void;
}

/** The calls that a task enters, and the lock that it wants, as it comes to `stand`. */
export const arrivalAt = (machine: Machine, stand: Stand, hasEntered: boolean): readonly Fact[] => {
  const call = traceCall(machine, stand);
  const facts: Fact[] = [];
  if (call !== null && hasEntered) facts.push({ type: 'CallEntered', data: call });
  if (stand.lock !== null) facts.push({ type: 'LockRequested', data: { lock: stand.lock.id } });
  return facts;
};

const returnFrom = (machine: Machine, stand: Stand, code: number): readonly Fact[] => {
  const call = traceCall(machine, stand);
  if (call === null) return [];
  const { owner: _cookie, ...returned } = call;
  return [{ type: 'CallReturned', data: { ...returned, errno: errnoNamed(code) } }];
};

const stepTaken = ({ label, chance }: Stand, what: number): Fact => ({
  type: 'StepTaken',
  data: chance === 'ok' && what === outcome.ok ? { label } : { label, outcome: outcomeNames[what] as string },
});

/** Facts of what a step says, in between those of what it writes. */
export class Speaker implements Voice {
  facts: Fact[] = [];

  mark(_name: string): void {}
  warn(what: string): void {
    this.facts.push({ type: 'WarningRaised', data: { what } });
  }
  bug(what: string): void {
    this.facts.push({ type: 'BugHit', data: { what } });
  }
  notify({ id }: DeviceView, event: BusEvent): void {
    this.facts.push({ type: 'BusNotified', data: { device: id, event } });
  }
}

export interface Teller {
  readonly machine: Machine;
  readonly memory: { onChange: ((field: Field) => void) | null };
  readonly speaker: Speaker;
  readonly makers: ReturnType<typeof factMakers>;
}

interface Move {
  readonly task: TaskView;
  readonly stand: Stand;
  readonly outcome: number;
}

/** Where a step brought its task: `returned` is the errno of the call, -1 when it goes on; `after` null when there is no more. */
interface Landing {
  readonly returned: number;
  readonly after: Stand | null;
}

/** Takes the step by `act` and tells what it wrote, in order; owner and count, written apart, are told once. */
const writesOf = (
  { memory, speaker, makers }: Teller,
  { task, stand }: Move,
  act: () => Landing,
): { readonly facts: readonly Fact[]; readonly landing: Landing } => {
  const facts: Fact[] = [];
  speaker.facts = facts;
  let ownerSetAt = -1;
  memory.onChange = (field) => {
    const fact = makers.get(field)?.({ call: stand.call, errno: task.errno, turn: task.turn });
    if (!fact) return;
    if (fact.type !== 'OwnerSet') facts.push(fact);
    else if (ownerSetAt < 0) ownerSetAt = facts.push(fact) - 1;
    else facts[ownerSetAt] = fact;
  };
  const landing = act();
  memory.onChange = null;
  return { facts, landing };
};

/** The facts of one move: the step, what it wrote, and the calls and locks that it brought the task to. */
export const factsOfStep = (teller: Teller, move: Move, act: () => Landing): readonly Fact[] => {
  const { machine } = teller;
  const { task, stand } = move;
  const { facts: writes, landing } = writesOf(teller, move, act);
  const facts = [stepTaken(stand, move.outcome), ...writes];
  if (move.outcome === outcome.visible) return facts;

  const { returned, after } = landing;
  const hasLeft = returned >= 0 || after?.inside !== stand.inside;
  const code = returned >= 0 ? returned : task.errno;
  // unuse returns nothing, whatever the bind around it will return.
  if (hasLeft) {
    // What is notified on the way out of a call, the bus is told when the call has returned.
    const told = stand.inside === null ? [] : facts.filter(({ type }) => type === 'BusNotified');
    const before = facts.filter((fact) => !told.includes(fact));
    facts.splice(
      0,
      facts.length,
      ...before,
      ...returnFrom(machine, stand, stand.inside === 'unuse' ? errno.OK : code),
      ...told,
    );
  }
  if (after !== null) facts.push(...arrivalAt(machine, after, hasLeft));
  return facts;
};

const factsOf = (teller: Teller, number: number, what: number): readonly Fact[] => {
  const { machine } = teller;
  const task = machine.views.tasks[number];
  if (task === undefined) throw new RangeError(`Cannot narrate a step of T${number} as there is no such task`);
  const stand = machine.standOf(number);
  if (stand === null) throw new RangeError(`Cannot narrate a step of T${number} as it has finished`);
  return factsOfStep(teller, { task, stand, outcome: what }, () => {
    if (what === outcome.visible) {
      machine.publish(number);
      return { returned: -1, after: stand };
    }
    const returned = machine.move(number, stand, what);
    return { returned, after: machine.standOf(number) };
  });
};

/**
 * A narrator at the start of `scenario`. Its events carry the simulated task and, as their time, how many steps have
 * been taken. Folding them gives the state that the explorer reaches by the same actions.
 */
export const narrator = (variant: Variant, scenario: Scenario, stores: Stores = 'sc'): Narrator => {
  const memory = new TellingMemory();
  const speaker = new Speaker();
  const machine = new Machine(variant, scenario, memory, speaker, stores);
  memory.open(machine.fields.words);
  machine.begin();
  const teller: Teller = { machine, memory, speaker, makers: factMakers(machine) };
  let steps = 0;
  const stamped = (number: number, facts: readonly Fact[]): readonly TraceEvent[] =>
    facts.map((fact) => ({ ...fact, task: taskNamed(number), at: nanos(steps) }));

  return {
    goTo: (states, at) => memory.load(states, at, machine.fields.words),
    arrivals: () =>
      machine.views.tasks.flatMap(({ number }) => {
        const stand = machine.standOf(number);
        return stand === null ? [] : stamped(number, arrivalAt(machine, stand, true));
      }),
    step: (action) => {
      const number = taskOf(action);
      steps += 1;
      return stamped(number, factsOf(teller, number, outcomeOf(action)));
    },
  };
};
