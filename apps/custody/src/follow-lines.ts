import { setTimeout as delay } from 'node:timers/promises';
import type { TraceEvent } from '@custody/trace';
import type { Run, Workbench } from '@custody/workbench';
import { type ExitCode, exit, type Printer } from './print.ts';
import { printEvent } from './print-event.ts';

/** How often it is looked whether the run was closed, in milliseconds. */
const between = 500;

/** Waits until the run is closed. @returns its last position, and whether it is complete. */
const closing = async (desk: Workbench, { header }: Run) => {
  for (;;) {
    const end = (await desk.runs()).find((entry) => entry.header.run === header.run)?.end;
    if (end !== undefined) return end;
    await delay(between, undefined, { ref: false });
  }
};

/**
 * Prints a run's events behind `from` as they are recorded, a line each, as `show` does, until the run is closed.
 *
 * @returns `exit.inconclusive` for a run that is not complete.
 */
export const followLines = async (print: Printer, desk: Workbench, run: Run, from: number): Promise<ExitCode> => {
  const stop = new AbortController();
  let position = from;
  const tell = (event: TraceEvent): void => {
    position += 1;
    printEvent(print, event, position);
  };
  for (let index = from; index < run.timeline.length; index += 1) tell(run.timeline.at(index));
  const closed = closing(desk, run).then(async (end) => {
    while (position < end.events) await delay(between);
    stop.abort();
    return end;
  });
  for await (const event of desk.follow(run, stop.signal)) tell(event);
  return (await closed).complete ? exit.yes : exit.inconclusive;
};
