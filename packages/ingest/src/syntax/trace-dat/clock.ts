import type { Options, TimeSample, TimeShift, TscToNanoseconds } from './options.ts';

/** Turns a time of the ring buffer into one as trace-cmd reports it; null where that is no number below 2^53. */
export type TimeOf = (raw: bigint, cpu: number) => number | null;

const correct = (raw: bigint, interpolate: boolean, from: TimeSample, to: TimeSample): bigint => {
  const scaled = (raw * BigInt.asUintN(64, from.scaling)) >> from.fraction;
  const delta = to.time - from.time;
  if (!interpolate || delta === 0n) return scaled + from.offset;
  const grown = (raw - from.time) * (to.offset - from.offset);
  return scaled + from.offset + (grown + delta / 2n) / delta;
};

/** A guest's time on its host's clock, between the two samples that it lies between. */
const shifted = (raw: bigint, { interpolate, cpus }: TimeShift, cpu: number): bigint => {
  const samples = cpus[cpu] ?? [];
  const [first] = samples;
  if (first === undefined) return raw;
  if (samples.length === 1) return raw + first.offset;
  const later = samples.findIndex(({ time }) => time > raw);
  const index = later < 0 ? samples.length - 2 : Math.max(later - 1, 0);
  const from = samples[index] ?? first;
  return correct(raw, interpolate, from, samples[index + 1] ?? from);
};

const nanosecondsOf = (raw: bigint, tsc: TscToNanoseconds): bigint =>
  tsc.shift > 63n ? 0n : BigInt.asUintN(64, (raw * tsc.mult) >> tsc.shift);

const exact = 2n ** 53n;

/** Since 1970 there are more than 2^53 nanoseconds: an offset to the time of day (`--date`) cannot be followed. */
export const isTooFar = ({ offset }: Options): boolean => offset >= exact || offset <= -exact;

/**
 * The times that the options ask for: guest to host, TSC to nanoseconds, and an offset, in that order. An offset that
 * `isTooFar` is left out.
 *
 * @returns null when the times stand as they are.
 */
export const timeOf = (options: Options): TimeOf | null => {
  const { timeShift, tsc } = options;
  const offset = isTooFar(options) ? 0n : options.offset;
  const scale = tsc !== null && tsc.mult !== 0n ? tsc : null;
  if (timeShift === null && scale === null && offset === 0n) return null;
  return (raw, cpu) => {
    let time = timeShift === null ? raw : shifted(raw, timeShift, cpu);
    if (scale !== null) time = nanosecondsOf(time, scale);
    const at = Number(time + offset);
    return Number.isSafeInteger(at) ? at : null;
  };
};
