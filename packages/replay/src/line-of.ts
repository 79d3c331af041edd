import { fieldsOf, type Nanos, nameOf, type TraceEvent } from '@custody/trace';

/** Column widths of `trace-cmd report`: comm right-aligned, the rest left-aligned, all of them minimums. */
const commWidth = 16;
const pidWidth = 7;
const timeWidth = 12;
const typeWidth = 18;
const whoWidth = commWidth + 1 + pidWidth;

/** What comes from a file has a line there; a gap has no task. */
const isRecorded = ({ task, line }: TraceEvent): boolean => line !== undefined || /^\d+$/.test(task);

/** `530` called `sh` is `sh-530`; a task without a name is `<...>-530`, as the kernel prints it. */
const whoOf = ({ task, comm }: TraceEvent): string =>
  `${(comm ?? '<...>').padStart(commWidth)}-${String(task).padEnd(pidWidth)}`;

const secondsOf = (at: Nanos): string => {
  const micros = Math.floor((at % 1e9) / 1000);
  return `${Math.floor(at / 1e9)}.${String(micros).padStart(6, '0')}`;
};

const cpuOf = (cpu: number | undefined): string => (cpu === undefined ? '     ' : `[${String(cpu).padStart(3, '0')}]`);

/**
 * The event as one line of text in the shape of `trace-cmd report`: `comm-pid [cpu] seconds.micros: Type: fields`.
 * A line that was kept verbatim goes by the name of its trace event.
 * A simulated task has no comm, pid or cpu, and its time counts steps: `T0 12: Type: fields`.
 *
 * @example
 * ```
 *               sh-530     [001]    27.123580: BindStarted:       device=0000:03:01.0 driver=vfio-pci managed=true
 *               T0                         12: CallReturned:      op=claim group=6 errno=EBUSY
 * ```
 */
export const lineOf = (event: TraceEvent): string => {
  const real = isRecorded(event);
  const who = real ? whoOf(event) : String(event.task).padStart(commWidth).padEnd(whoWidth);
  const time = (real ? secondsOf(event.at) : String(event.at)).padStart(timeWidth);
  const type = `${nameOf(event)}:`.padEnd(typeWidth);
  return `${who} ${cpuOf(event.cpu)} ${time}: ${type} ${fieldsOf(event)}`.trimEnd();
};
