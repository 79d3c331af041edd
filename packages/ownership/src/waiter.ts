import type { Waiting } from '@custody/explore';
import { taskNamed } from './names.ts';

/** Who waits for what, and for whom. */
export interface Waiter {
  readonly task: string;
  /** The lock, as a run's events name it, or in words what else it waits for; null when it waits for nothing. */
  readonly wants: string | null;
  /** The task that has it; null when nobody does. */
  readonly holder: string | null;
}

export const waiterOf = ({ task, wants, holder }: Waiting): Waiter => ({
  task: taskNamed(task),
  wants,
  holder: holder === null ? null : taskNamed(holder),
});
