import { type Figure, median, plainFigure } from './figures.ts';
import { referencePromela } from './reference-promela.ts';
import { type ReferenceRun, runReference } from './reference-run.ts';
import type { ReferenceSize, ReferenceVariant } from './reference-size.ts';
import { type SpinRun, spinVersion, type Verifier, withVerifier } from './spin.ts';

export interface ExploreBench {
  readonly run: ReferenceRun;
  readonly figures: readonly Figure[];
  /** The reduced graph; null when it was not asked for. */
  readonly reduced: ReferenceRun | null;
  /** Null when it was not asked for. */
  readonly spin: { readonly version: string; readonly agrees: boolean; readonly run: SpinRun } | null;
}

interface Request {
  readonly variant: ReferenceVariant;
  readonly size: ReferenceSize;
  readonly withSpin: boolean;
  /** How many runs, or pairs of runs, of which the median counts. */
  readonly runs: number;
  /** In how many threads ours runs. With more than one, each run is paired with one in this thread alone. */
  readonly workers: number;
  /** Look at the reduced graph too. */
  readonly alsoReduced: boolean;
}

/** Equal, as far as pan printed the digits. */
const isSame = (own: number, printed: number): boolean =>
  printed < 1e8 ? own === printed : Math.abs(own - printed) <= printed / 1e7;

/**
 * Runs ours and SPIN's in turn, on a table sized in advance for both: a first run, which does not count among these,
 * has to find out how many states there are, and so shows what ours takes when it is not told.
 */
export const benchExplore = ({ variant, size, withSpin, runs, workers, alsoReduced }: Request): ExploreBench => {
  const untold = runReference({ variant, size, expectedStates: 0, workers });
  const ours: ReferenceRun[] = [];
  const reduced: ReferenceRun[] = [];
  const alone: ReferenceRun[] = [];
  const theirs: SpinRun[] = [];
  const version = withSpin ? spinVersion() : null;
  if (withSpin && version === null) {
    throw new Error('Cannot compare with SPIN as spin or gcc is not installed: apt-get install spin gcc');
  }
  const runAll = (verifier: Verifier | null): void => {
    for (let pair = 0; pair < runs; pair += 1) {
      const request = { variant, size, expectedStates: untold.states };
      ours.push(runReference({ ...request, workers }));
      if (alsoReduced) reduced.push(runReference({ variant, size, expectedStates: 0, workers: 1, isReduced: true }));
      if (workers > 1) alone.push(runReference({ ...request, workers: 1 }));
      if (verifier !== null) theirs.push(verifier.run(untold.states));
    }
  };
  if (version === null) runAll(null);
  else withVerifier(referencePromela(variant, size), runAll);
  const figure = (
    id: string,
    unit: string,
    own: (run: ReferenceRun) => number,
    other?: (run: SpinRun) => number,
  ): Figure => {
    const isCompared = other !== undefined && theirs.length > 0;
    return {
      id,
      value: median(ours.map(own)),
      unit,
      baseline: isCompared ? median(theirs.map(other)) : null,
      ratio: isCompared ? median(ours.map((run, pair) => own(run) / other(theirs[pair] as SpinRun))) : null,
    };
  };
  const [run = untold] = ours;
  const [spinRun] = theirs;
  const agrees =
    spinRun !== undefined &&
    isSame(run.states, spinRun.states) &&
    isSame(run.transitions, spinRun.transitions) &&
    spinRun.errors === run.violations + run.deadlocks;
  return {
    run,
    reduced: reduced[0] ?? null,
    figures: [
      figure(
        'seconds',
        's',
        ({ seconds }) => seconds,
        ({ seconds }) => seconds,
      ),
      ...(alone.length === 0
        ? []
        : [
            {
              id: 'seconds in one thread',
              value: median(alone.map(({ seconds }) => seconds)),
              unit: 's',
              baseline: null,
              ratio: median(ours.map(({ seconds }, pair) => seconds / (alone[pair] as ReferenceRun).seconds)),
            },
          ]),
      plainFigure('seconds without a hint of the size', 's', [untold.seconds]),
      figure(
        'states per second',
        '1/s',
        ({ states, seconds }) => states / seconds,
        ({ states, seconds }) => states / seconds,
      ),
      figure(
        'bytes per state',
        'B',
        ({ bytesPerState }) => bytesPerState,
        ({ bytes, states }) => bytes / states,
      ),
      plainFigure('bytes per state without a hint', 'B', [untold.bytesPerState]),
      figure(
        'resident, ours with all of Node',
        'MiB',
        ({ residentBytes }) => residentBytes / 2 ** 20,
        ({ bytes }) => bytes / 2 ** 20,
      ),
      ...(reduced.length === 0
        ? []
        : [
            plainFigure(
              'seconds, reduced',
              's',
              reduced.map(({ seconds }) => seconds),
            ),
          ]),
    ],
    spin: spinRun === undefined || version === null ? null : { version, agrees, run: spinRun },
  };
};
