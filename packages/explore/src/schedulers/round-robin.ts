import { taskOf } from '../model.ts';
import type { Scheduler } from '../scheduler.ts';

/** Each task that can move moves once in turn, with the usual outcome where it is offered. */
export const roundRobin = (): Scheduler => ({
  name: 'round-robin',
  start: () => {
    let last = -1;
    return ({ offered }) => {
      const action = offered.find((candidate) => taskOf(candidate) > last) ?? offered[0];
      if (action === undefined) return { action: null };
      last = taskOf(action);
      return { action };
    };
  },
});
