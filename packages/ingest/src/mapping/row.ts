/** Where in a function a probe stands; `event` is a tracepoint of the kernel's own. */
export type At = 'entry' | 'return' | 'event';

/** What a probe can print, by the names that guest recorders give it. */
export const argumentNames = [
  'dev',
  'devp',
  'gp',
  'gid',
  'drv',
  'drvp',
  'mdma',
  'lock',
  'cnt',
  'owner',
  'newowner',
  'dom',
  'ddom',
  'ret',
  'action',
  'buf',
  'cmd',
  'vg',
] as const;
export type ArgumentName = (typeof argumentNames)[number];

/** Parameters of a probed function that a probe can read something through; `other` is passed over. */
export type Parameter =
  | 'device'
  | 'driver'
  | 'group'
  | 'vfioGroup'
  | 'cookie'
  | 'mutex'
  | 'action'
  | 'text'
  | 'command'
  | 'other';

/** What a row can mean; `meanings` says what each does. */
export const meaningNames = [
  'LockRequested',
  'LockAcquired',
  'LockReleased',
  'LockContended',
  'StillWaiting',
  'BindStarted',
  'BindReturned',
  'ProbeReturned',
  'RemoveReturned',
  'DriverCleared',
  'UnbindEntered',
  'UnbindReturned',
  'BusNotified',
  'BusNotified, DriverCleared',
  'GroupNotified',
  'BugHit',
  'CallEntered',
  'CallReturned',
  'SiblingSeen',
  'OwnerNamed',
  'SyscallEntered',
  'SyscallReturned',
  'MarkerWritten',
  'Remembered',
  'Nothing',
] as const;
export type MeaningName = (typeof meaningNames)[number];

/** One probe on one line of kernels: plain data, a row of docs/mapping.md. */
export interface ProbeRow {
  /** The function, or the tracepoint. */
  readonly on: string;
  readonly at: At;
  readonly uses: readonly ArgumentName[];
  readonly means: MeaningName;
  /** Which of its kind, e.g. the operation of a `CallEntered`. */
  readonly as?: string;
  /** Names that its trace event goes by, beside the function's (with `_ret` for a return). */
  readonly named?: readonly string[];
  /** The function's first parameters: what a probe line is made of. */
  readonly takes?: readonly Parameter[];
  /** What cannot be known by it, or where it is to be had. */
  readonly note?: string;
}

/** `really_probe entry`: what a row is found by. */
export const keyOf = ({ on, at }: Pick<ProbeRow, 'on' | 'at'>): string => `${on} ${at}`;
