import {
  type Conformance,
  type ConformOptions,
  type Continuation,
  type Coverage,
  conformingTo,
  continuationOf,
  coverageOf,
  type KnobRepair,
  outcomesOf,
  repairingKnobs,
  stepsOf,
} from '@custody/conform';
import { type Progress, saying, toTheEnd } from '@custody/explore';
import { cases, exploringVariant, type Variant, type VariantReport, variants } from '@custody/ownership';
import { position } from '@custody/trace';
import { RequestError } from './errors.ts';
import { findVariant } from './experiment.ts';
import type { SearchBounds } from './model-run.ts';
import type { Run } from './open-run.ts';

/** Called now and then with what is being done. */
export type TellPass = (what: string) => void;

/** Holds one run against one variant, and says how far it has come. */
function* explaining(run: Run, variant: Variant, options: ConformOptions = {}): Generator<string, Conformance> {
  const { title } = run.header;
  const search = conformingTo(run, variant, options);
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
    yield `explaining ${title} by ${variant.id}, ${step.value} of ${run.timeline.length} events`;
  }
}

/** As `explaining`, to the end at once. */
const explain = (run: Run, variant: Variant, tell: TellPass, options: ConformOptions = {}): Conformance =>
  toTheEnd(explaining(run, variant, options), tell);

/** Whether a variant can do what a run shows; where not, where the two part, why, and what would mend it. */
export interface RunConformance extends Conformance {
  readonly run: string;
  readonly title: string;
  /** Whether all of the run is there: what was lost, or came after its end, is explained by nobody. */
  readonly complete: boolean;
  /** Which knobs would have to say something else; null when it is not refuted, or no few of them get any further. */
  readonly knobs: KnobRepair | null;
}

const named = ({ header }: Run): Pick<RunConformance, 'run' | 'title'> => ({ run: header.run, title: header.title });

/**
 * As `conformRun`; yields often, in words, what is being done, and can be left there.
 *
 * @throws RequestError when there is no such variant.
 */
export function* conformingRun(run: Run, given: string | Variant): Generator<string, RunConformance> {
  const variant = findVariant(given);
  const found = yield* explaining(run, variant);
  const trying = `looking for knobs by which ${variant.id} would explain it`;
  const knobs =
    found.answer.kind === 'refuted' ? yield* saying(trying, repairingKnobs(run, variant, found.position)) : null;
  return { ...found, ...named(run), complete: run.complete, knobs };
}

/** @throws RequestError when there is no such variant. */
export const conformRun = (run: Run, given: string | Variant, tell: TellPass = () => {}): RunConformance =>
  toTheEnd(conformingRun(run, given), tell);

/** Every variant held against one run, those that explain it first, then by how far they get. */
export interface Ranking {
  readonly run: string;
  readonly title: string;
  readonly complete: boolean;
  readonly variants: readonly Conformance[];
}

const rankOf = ({ answer, position: at }: Conformance): number =>
  answer.kind === 'explained' ? Number.POSITIVE_INFINITY : at;

/** As `rankVariants`; yields often, in words, what is being done, and can be left there. */
export function* rankingVariants(run: Run): Generator<string, Ranking> {
  const all: Conformance[] = [];
  for (const variant of variants) all.push(yield* explaining(run, variant));
  const ranked = all.toSorted((one, other) => (rankOf(one) < rankOf(other) ? 1 : rankOf(one) > rankOf(other) ? -1 : 0));
  return { ...named(run), complete: run.complete, variants: ranked };
}

export const rankVariants = (run: Run, tell: TellPass = () => {}): Ranking => toTheEnd(rankingVariants(run), tell);

/** What of a variant a set of runs has been through, and what never. */
export interface RunsCoverage {
  readonly variant: string;
  readonly runs: readonly (Pick<RunConformance, 'run' | 'title' | 'position' | 'events'> & {
    readonly answer: Conformance['answer']['kind'];
  })[];
  readonly covered: Coverage;
  readonly never: {
    readonly steps: readonly string[];
    readonly cases: readonly string[];
    readonly outcomes: readonly string[];
  };
}

/** Which variant the kernel that was recorded runs, by the table that its probes were read by. */
export const variantOfRecording = ({ header }: Run): string => {
  if (header.source.kind === 'simulation') return header.source.variant;
  const mapping = header.source.mapping.split('+', 1)[0] ?? '';
  const lines: Readonly<Record<string, string>> = { 'linux-5.10': 'vfio-viability', 'linux-5.14': 'vfio-viability' };
  const id = lines[mapping] ?? mapping;
  return variants.some((variant) => variant.id === id) ? id : 'linux-6.12';
};

/** @throws RequestError when there is no such variant. */
export const coverRuns = (runs: readonly Run[], given: string | Variant, tell: TellPass = () => {}): RunsCoverage => {
  const variant = findVariant(given);
  const all = runs.map((run) => ({ run, found: explain(run, variant, tell, { withReasons: false }) }));
  const covered = coverageOf(all.map(({ found }) => found.coverage));
  const without = (names: readonly string[], met: object): readonly string[] => names.filter((name) => !(name in met));
  return {
    variant: variant.id,
    runs: all.map(({ run, found }) => ({
      ...named(run),
      answer: found.answer.kind,
      position: found.position,
      events: found.events,
    })),
    covered,
    never: {
      steps: without(stepsOf(variant), covered.steps),
      cases: without(
        cases.map(({ id }) => id),
        covered.cases,
      ),
      outcomes: without(outcomesOf(variant), covered.outcomes),
    },
  };
};

/** The cases that a recording met, as its kernel's variant, or another, explains it. */
export interface CasesOfRun {
  readonly run: string;
  readonly title: string;
  readonly variant: string;
  readonly answer: Conformance['answer']['kind'];
  readonly position: number;
  readonly events: number;
  /** By id; `at` is where it was first met, or first not done as is expected. */
  readonly cases: Readonly<
    Record<
      string,
      { readonly reached: boolean; readonly holds: boolean | null; readonly at: number | null; readonly met: number }
    >
  >;
  readonly unlisted: readonly { readonly says: string; readonly at: number; readonly met: number }[];
}

/**
 * As `casesOfRun`; yields often, in words, what is being done, and can be left there.
 *
 * @throws RequestError when there is no such variant.
 */
export function* tellingCasesOfRun(run: Run, given: string | Variant): Generator<string, CasesOfRun> {
  const variant = findVariant(given);
  const { answer, position: at, events, coverage } = yield* explaining(run, variant, { withReasons: false });
  const ids = cases.map(({ id }) => id);
  return {
    ...named(run),
    variant: variant.id,
    answer: answer.kind,
    position: at,
    events,
    cases: Object.fromEntries(
      ids.map((id) => {
        const met = coverage.cases[id];
        return [
          id,
          met === undefined
            ? { reached: false, holds: null, at: null, met: 0 }
            : { reached: true, holds: met.holds, at: met.at, met: met.met },
        ];
      }),
    ),
    unlisted: Object.entries(coverage.cases)
      .filter(([id]) => !ids.includes(id))
      .map(([says, { at: first, met }]) => ({ says, at: first, met })),
  };
}

/** @throws RequestError when there is no such variant. */
export const casesOfRun = (run: Run, given: string | Variant, tell: TellPass = () => {}): CasesOfRun =>
  toTheEnd(tellingCasesOfRun(run, given), tell);

/** What is explored when a run is gone on from, so that it can be told before the search. */
export const continueFrom = (run: Run, given: string | Variant, at: number, calls?: number): Continuation => {
  const variant = findVariant(given);
  const { end } = run.replayer;
  const { title } = run.header;
  if (at > end) throw new RequestError(`Cannot go on from position ${at} as ${title} ends at ${end}`);
  const found = continuationOf(run, variant, position(at), calls);
  if (found.kind === 'continuation') return found;
  throw new RequestError(
    found.position < at
      ? `Cannot go on from position ${at} of ${title} as ${variant.id} explains it only up to ${found.position}; ` +
          `see: custody conform ${title} ${variant.id}`
      : `Cannot go on from position ${at} of ${title} as no call on any group comes after it`,
  );
};

export const exploringFrom = (
  given: string | Variant,
  { scenario }: Continuation,
  bounds: SearchBounds = {},
): Generator<Progress, VariantReport> => exploringVariant(findVariant(given), scenario, bounds);
