import { Cursor, textOf } from './cursor.ts';
import { TraceDatError } from './error.ts';

/** The data of one CPU in a buffer: where it lies in the file. */
export interface CpuData {
  readonly cpu: number;
  readonly offset: number;
  readonly size: number;
}

/** A buffer (instance) as an option announces it. `cpus` is null where version 6 keeps the table at `offset`. */
interface BufferOption {
  readonly name: string | null;
  readonly offset: number;
  readonly clock: string | null;
  readonly pageSize: number | null;
  readonly cpus: readonly CpuData[] | null;
  /** A latency tracer's buffer holds text, not pages. */
  readonly latency: boolean;
}

/** Timestamps of a guest against its host's: at `time` the guest was off by `offset`. */
export interface TimeSample {
  readonly time: bigint;
  readonly offset: bigint;
  readonly scaling: bigint;
  readonly fraction: bigint;
}

export interface TimeShift {
  readonly interpolate: boolean;
  readonly cpus: readonly (readonly TimeSample[])[];
}

export interface TscToNanoseconds {
  readonly mult: bigint;
  readonly shift: bigint;
}

/** The sections that an option points to in version 7. */
export type SectionName = 'headers' | 'ftrace events' | 'event formats' | 'kallsyms' | 'printk' | 'command lines';

/** What the options of a trace.dat say (trace-cmd.dat.v7(5), "OPTIONS SECTION"). */
export interface Options {
  /** The text of tracefs `trace_clock`: all clocks, the used one in brackets. */
  traceClock: string | null;
  uname: string | null;
  traceCmd: string | null;
  cpuCount: number | null;
  /** Nanoseconds to add to every time (`--date`, `--ts-offset` when recording). */
  offset: bigint;
  timeShift: TimeShift | null;
  tsc: TscToNanoseconds | null;
  readonly stats: string[];
  readonly buffers: BufferOption[];
  readonly sections: Map<SectionName, number>;
  /** Options that could not be read, with the reason. */
  readonly refused: string[];
  /** How many were read. */
  count: number;
}

export const noOptions = (): Options => ({
  traceClock: null,
  uname: null,
  traceCmd: null,
  cpuCount: null,
  offset: 0n,
  timeShift: null,
  tsc: null,
  stats: [],
  buffers: [],
  sections: new Map(),
  refused: [],
  count: 0,
});

const sectionOptions: ReadonlyMap<number, SectionName> = new Map([
  [16, 'headers'],
  [17, 'ftrace events'],
  [18, 'event formats'],
  [19, 'kallsyms'],
  [20, 'printk'],
  [21, 'command lines'],
]);

/** No machine has more; a number beyond it is damage. */
export const mostCpus = 65_536;
const mostOptions = 200_000;

const bufferOption = (cursor: Cursor, version: 6 | 7, latency: boolean): BufferOption => {
  const offset = cursor.u64('the offset of a buffer');
  const name = cursor.string('the name of a buffer') || null;
  const none = { name, offset, clock: null, pageSize: null, cpus: null, latency };
  if (version === 6) return none;
  const clock = cursor.string('the clock of a buffer') || null;
  if (latency) return { ...none, clock };
  const pageSize = cursor.u32('the page size of a buffer');
  const count = cursor.u32('the number of CPUs of a buffer');
  const cpus: CpuData[] = [];
  for (let index = 0; index < count; index += 1) {
    const cpu = cursor.u32('the number of a CPU');
    if (cpu >= mostCpus) cursor.fail(`CPU ${cpu} is named`);
    cpus.push({ cpu, offset: cursor.u64('the offset of a CPU'), size: cursor.u64('the size of a CPU') });
  }
  return { name, offset, clock, pageSize, cpus, latency };
};

const words = (cursor: Cursor, count: number, what: string): bigint[] => {
  if (count * 8 > cursor.left) cursor.fail(`${count} ${what} are announced in ${cursor.left} bytes`);
  return Array.from({ length: count }, () => BigInt.asIntN(64, cursor.big(what)));
};

const timeShift = (cursor: Cursor): TimeShift => {
  cursor.big('the id of the peer');
  const interpolate = (cursor.u32('the flags of the time shift') & 1) !== 0;
  const count = cursor.u32('the number of CPUs of the time shift');
  if (count > mostCpus) cursor.fail(`a time shift of ${count} CPUs is announced`);
  const raw: { times: bigint[]; offsets: bigint[]; scalings: bigint[] }[] = [];
  for (let cpu = 0; cpu < count; cpu += 1) {
    const samples = cursor.u32('the number of time samples');
    const times = words(cursor, samples, 'times');
    raw.push({ times, offsets: words(cursor, samples, 'offsets'), scalings: words(cursor, samples, 'scalings') });
  }
  // Written since trace-cmd 3.0: how many bits of each scaling are its fraction.
  const cpus = raw.map(({ times, offsets, scalings }) => {
    const fractions = cursor.left >= times.length * 8 ? words(cursor, times.length, 'fractions') : [];
    return times.map((time, index) => ({
      time,
      offset: offsets[index] ?? 0n,
      scaling: scalings[index] ?? 1n,
      fraction: (fractions[index] ?? 0n) & 63n,
    }));
  });
  return { interpolate, cpus };
};

/** `0x…` or decimal, with a sign; null when it is no number. */
const wholeNumber = (text: string): bigint | null => {
  const parts = /^\s*([+-]?)(0[xX][0-9a-fA-F]{1,16}|\d{1,19})/.exec(text);
  if (!parts) return null;
  const magnitude = BigInt(parts[2] ?? '0');
  return parts[1] === '-' ? -magnitude : magnitude;
};

const untilNul = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return textOf(end < 0 ? bytes : bytes.subarray(0, end));
};

/** Takes one option in. One that is not known is passed over, as trace-cmd does. */
const readOption = (into: Options, id: number, cursor: Cursor, version: 6 | 7): void => {
  const { bytes } = cursor;
  const section = sectionOptions.get(id);
  if (section !== undefined) into.sections.set(section, cursor.u64(`the offset of the section "${section}"`));
  switch (id) {
    case 1:
      // DATE is in microseconds.
      into.offset += (wholeNumber(untilNul(bytes)) ?? 0n) * 1000n;
      break;
    case 2:
      into.stats.push(untilNul(bytes));
      break;
    case 3:
      into.buffers.push(bufferOption(cursor, version, false));
      break;
    case 4:
      into.traceClock = untilNul(bytes).trim();
      break;
    case 5:
      into.uname = untilNul(bytes).trim() || null;
      break;
    case 7:
      into.offset += wholeNumber(untilNul(bytes)) ?? 0n;
      break;
    case 8:
      into.cpuCount = cursor.u32('the number of CPUs');
      break;
    case 9:
      into.traceCmd = untilNul(bytes).trim() || null;
      break;
    case 12:
      into.timeShift = timeShift(cursor);
      break;
    case 14:
      into.tsc = { mult: BigInt(cursor.u32('the TSC multiplier')), shift: BigInt(cursor.u32('the TSC shift')) };
      break;
    case 22:
      into.buffers.push(bufferOption(cursor, version, true));
      break;
  }
};

/**
 * Reads options until the one that ends them. One that is damaged inside costs only itself.
 *
 * @returns where the next options lie (version 7), or 0.
 */
export const readOptions = (into: Options, cursor: Cursor, version: 6 | 7, little: boolean, base: number): number => {
  for (;;) {
    const id = cursor.u16('the id of an option');
    if (id === 0 && version === 6) return 0;
    into.count += 1;
    if (into.count > mostOptions) cursor.fail(`there are more than ${mostOptions} options`);
    const size = cursor.u32(`the size of option ${id}`);
    const from = cursor.at;
    const inside = new Cursor(cursor.block(size, `option ${id}`), little, 0, base + from);
    if (id === 0) return inside.u64('the offset of the next options');
    try {
      readOption(into, id, inside, version);
    } catch (error) {
      if (!(error instanceof TraceDatError)) throw error;
      into.refused.push(error.message);
    }
  }
};
