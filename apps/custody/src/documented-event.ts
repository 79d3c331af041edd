import type { TraceEvent } from '@custody/trace';

/** The event that leads to `position`, as `show --json` prints it. */
export const documented = ({ type, data, task, at, ...where }: TraceEvent, position: number) => ({
  position,
  at,
  task,
  type,
  data,
  ...where,
});
