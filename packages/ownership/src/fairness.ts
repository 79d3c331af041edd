import { type Bounds, formatSchedule, howOften } from '@custody/explore';
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
 * The mail's remark on 2.a.i: 'This may be "unfair" if an explicit claim was also waiting, but not incorrect.'
 * `handedOn`: the last holder leaves, and what it had passes to a sibling within the mutex that the claim waits for.
 * `outrun`: the group was free, and a kernel driver took the mutex before the claim that waited for it did.
 */
export interface Fairness {
  readonly variant: string;
  readonly states: number;
  readonly complete: boolean;
  readonly handedOn: Overtaking;
  readonly outrun: Overtaking;
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

/** Whether explicit claims can be overtaken for ever under `variant`, and how. */
export const fairnessOf = (
  variant: Variant,
  { stores = 'sc', ...bounds }: Bounds & { readonly stores?: Stores } = {},
): Fairness => {
  const model = modelOf(variant, comeAndGo, stores);
  const handed = howOften(model, overtakenMarks.handedOn, bounds);
  const outrun = howOften(model, overtakenMarks.outrun, bounds);
  const told = ({ times, complete, schedule, loop }: typeof handed): Overtaking => ({
    times: complete ? times : null,
    bounded: loop !== null ? false : complete ? true : null,
    schedule: formatSchedule(schedule),
    loop: loop === null ? null : formatSchedule(loop),
  });
  return {
    variant: variant.id,
    states: Math.max(handed.states, outrun.states),
    complete: handed.complete && outrun.complete,
    handedOn: told(handed),
    outrun: told(outrun),
  };
};
