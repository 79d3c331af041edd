import { type Bounds, formatSchedule, howOften, type Model, toTheEnd } from '@custody/explore';
import { overtakenMarks } from './cases.ts';
import type { Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import { bind, claim, release, type Scenario, unbind } from './scenario.ts';
import type { Variant } from './variant.ts';

/** How often a waiting claim of user space can be overtaken, in one way. */
export interface Overtaking {
  /** How often on one run at most; null when there is no bound, or a search was cut short before it knew. */
  readonly times: number | null;
  readonly bounded: boolean | null;
  /** Into the overtaking, or, where there is no bound, to where the loop begins. */
  readonly schedule: string;
  /** What can be repeated for ever; null where there is a bound. */
  readonly loop: string | null;
}

/**
 * `handedOn`: the last holder leaves, and what it had passes to a sibling within the mutex that the claim waits for.
 * `outrun`: the group was free, and a kernel driver took the mutex before the claim that waited for it did.
 */
interface Overtakings {
  readonly handedOn: Overtaking;
  readonly outrun: Overtaking;
}

/**
 * The mail's remark on 2.a.i: 'This may be "unfair" if an explicit claim was also waiting, but not incorrect.' With a
 * mutex that anybody may take first, as the kernel's may be; and with one that goes to who asked first (`inOrder`): what
 * remains then is the scheme's own unfairness.
 */
export interface Fairness extends Overtakings {
  readonly variant: string;
  readonly states: number;
  readonly complete: boolean;
  readonly inOrder: Overtakings;
}

/** Two kernel drivers that come and go for ever, and a user that tries for ever to claim what they leave. */
export const comeAndGo: Scenario = {
  id: 'come-and-go',
  title: 'Two kernel drivers come and go for ever while a user tries to claim',
  tags: ['case 2.a.i', 'fairness'],
  devices: { A: 'nic', B: null, C: 'vfio' },
  owner: null,
  tasks: [
    [unbind('A'), bind('A', 'nic')],
    [bind('B', 'nic'), unbind('B')],
    [claim('user:T2', 'C'), release('user:T2', 'C')],
  ],
  forever: [0, 1, 2],
};

/** The same with a mutex that goes to who asked first. */
export const comeAndGoInOrder: Scenario = {
  ...comeAndGo,
  id: 'come-and-go-in-order',
  title: `${comeAndGo.title}, the mutex going to who asked first`,
  queues: true,
};

interface Found extends Overtakings {
  readonly states: number;
  readonly complete: boolean;
}

function* overtakingsIn(model: Model, bounds: Bounds): Generator<undefined, Found> {
  const ask = (mark: string) => howOften(model, mark, bounds);
  const told = ({ times, complete, schedule, loop }: ReturnType<typeof ask>): Overtaking => ({
    times: complete ? times : null,
    bounded: loop !== null ? false : complete ? true : null,
    schedule: formatSchedule(schedule),
    loop: loop === null ? null : formatSchedule(loop),
  });
  const handedOn = ask(overtakenMarks.handedOn);
  yield;
  const outrun = ask(overtakenMarks.outrun);
  yield;
  return {
    states: Math.max(handedOn.states, outrun.states),
    complete: handedOn.complete && outrun.complete,
    handedOn: told(handedOn),
    outrun: told(outrun),
  };
}

type FairnessBounds = Bounds & { readonly stores?: Stores };

/** Whether explicit claims can be overtaken for ever under `variant`, and how; yields between its searches. */
export function* judgingFairness(
  variant: Variant,
  { stores = 'sc', ...bounds }: FairnessBounds = {},
): Generator<undefined, Fairness> {
  const { states, complete, ...asTheyCome } = yield* overtakingsIn(modelOf(variant, comeAndGo, stores), bounds);
  const inOrder = yield* overtakingsIn(modelOf(variant, comeAndGoInOrder, stores), bounds);
  return {
    variant: variant.id,
    states: states + inOrder.states,
    complete: complete && inOrder.complete,
    ...asTheyCome,
    inOrder: { handedOn: inOrder.handedOn, outrun: inOrder.outrun },
  };
}

/** As `judgingFairness`, to the end at once. */
export const fairnessOf = (variant: Variant, bounds: FairnessBounds = {}): Fairness =>
  toTheEnd(judgingFairness(variant, bounds));
