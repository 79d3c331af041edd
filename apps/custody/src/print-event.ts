import { lineOf } from '@custody/replay';
import type { TraceEvent } from '@custody/trace';
import type { Printer } from './print.ts';

/** Prints the event that leads to `position`: a line, or a document of NDJSON. */
export const printEvent = (print: Printer, event: TraceEvent, position: number): void => {
  const { type, data, task, at, ...where } = event;
  print.item({ position, at, task, type, data, ...where }, `${String(position).padStart(6)}  ${lineOf(event)}`);
};
