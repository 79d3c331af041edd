import { saying, toTheEnd } from '@custody/explore';
import type { Variant } from '@custody/ownership';
import { type GroupId, type Position, position } from '@custody/trace';
import { Conforming, type ConformingRun, type Stuck, type Unsure } from './conforming.ts';
import type { Coverage } from './coverage.ts';
import { type Refuted, refutation } from './refutation.ts';
import { repairsAt } from './repairs.ts';
import { seeing } from './seen.ts';

interface Explained {
  readonly kind: 'explained';
}
/** Lines are lost, a bound was hit, or something came that is not told apart here. */
interface Inconclusive {
  readonly kind: 'inconclusive';
  readonly why: string;
}

/** Whether a variant can do what a run shows. */
export interface Conformance {
  readonly variant: string;
  readonly answer: Explained | Refuted | Inconclusive;
  /** How many events are explained: all, or those before the one that refutes the variant or leaves it open. */
  readonly position: Position;
  /** The last position at which nobody was inside a call. */
  readonly quiet: Position;
  readonly events: number;
  /** The groups that anything happened to. */
  readonly groups: readonly GroupId[];
  /** The most worlds of a group that were possible at one time. */
  readonly worlds: number;
  /** Steps of the model that were taken, and how many of those no line of the run shows. */
  readonly steps: number;
  readonly hidden: number;
  readonly coverage: Coverage;
}

export interface ConformOptions {
  /** How many events to explain. Default: all. */
  readonly upTo?: number;
  /** Whether to say why a variant is refuted, and what would repair it. Default: yes. */
  readonly withReasons?: boolean;
}

/** Between two yields: some milliseconds at most. */
const everySo = 64;

/**
 * As `conform`; yields how many events have been explained, often enough that keys can be answered in between, and can be
 * left there.
 */
export function* conformingTo(
  run: ConformingRun,
  variant: Variant,
  { upTo = run.timeline.length, withReasons = true }: ConformOptions = {},
): Generator<number, Conformance> {
  const { timeline } = run;
  const seen = yield* saying(0, seeing(timeline, variant));
  const conforming = new Conforming(run, variant, seen);
  let stop: Stuck | Unsure | null = null;
  let quiet = 0;
  let index = 0;
  for (; index < Math.min(upTo, timeline.length); index += 1) {
    if (index % everySo === 0) yield index;
    if (conforming.isQuiet) quiet = index;
    stop = conforming.take(timeline.at(index), index);
    if (stop !== null) break;
  }
  if (stop === null && conforming.isQuiet) quiet = index;
  conforming.finish();
  const { stories, tally } = conforming;
  const told = {
    variant: variant.id,
    position: position(index),
    quiet: position(quiet),
    events: timeline.length,
    groups: [...stories.keys()],
    worlds: Math.max(1, ...[...stories.values()].map(({ worlds }) => worlds.most)),
    steps: tally.taken,
    hidden: tally.hidden,
    coverage: tally.coverage,
  };
  if (stop === null) return { ...told, answer: { kind: 'explained' } };
  if (stop.kind === 'unsure') return { ...told, answer: { kind: 'inconclusive', why: stop.why } };
  const event = timeline.at(index);
  const { group, story } = stop;
  if (!withReasons)
    return { ...told, answer: { kind: 'refuted', group, event, reading: null, worlds: [], repairs: [] } };
  const reasons = story.reasons();
  const repairs = repairsAt(conforming, run, { stuck: stop, index, reasons });
  return { ...told, answer: refutation(stop, event, reasons, repairs) };
}

/**
 * Whether `variant` can do what the run shows, filling in what no line of it tells. Groups are taken one by one: whose
 * one group is, is nobody else's affair.
 *
 * @see docs/decisions/0012-what-explains-a-run.md
 */
export const conform = (run: ConformingRun, variant: Variant, options: ConformOptions = {}): Conformance =>
  toTheEnd(conformingTo(run, variant, options));
