import { type Figure, median, plainFigure } from './figures.ts';
import { type ProductRequest, type ProductRun, runProduct } from './product-run.ts';
import { type ReferenceRun, runReference } from './reference-run.ts';

interface ProductBench {
  readonly run: ProductRun;
  /** The reduced graph; null when it was not asked for. */
  readonly reduced: ProductRun | null;
  readonly figures: readonly Figure[];
}

interface Request {
  readonly request: Omit<ProductRequest, 'isReduced'>;
  /** How many pairs of runs, of which the median counts. */
  readonly runs: number;
  readonly alsoReduced: boolean;
}

/** What the product's own model is measured beside. Neither is told how many states there will be. */
const beside = { variant: 'R0', size: { devices: 4, claimers: 2 }, expectedStates: 0, workers: 1 } as const;

/** Runs one of the product's models and the reference model in turn: how many states each looks at in a second. */
export const benchProduct = ({ request, runs, alsoReduced }: Request): ProductBench => {
  const ours: ProductRun[] = [];
  const theirs: ReferenceRun[] = [];
  const reduced: ProductRun[] = [];
  for (let pair = 0; pair < runs; pair += 1) {
    ours.push(runProduct({ ...request, isReduced: false }));
    theirs.push(runReference(beside));
    if (alsoReduced) reduced.push(runProduct({ ...request, isReduced: true }));
  }
  const rate = ({ states, seconds }: Pick<ProductRun, 'states' | 'seconds'>): number => states / seconds;
  return {
    run: ours[0] as ProductRun,
    reduced: reduced[0] ?? null,
    figures: [
      plainFigure(
        'seconds',
        's',
        ours.map(({ seconds }) => seconds),
      ),
      {
        id: 'states per second',
        value: median(ours.map(rate)),
        unit: '1/s',
        baseline: median(theirs.map(rate)),
        ratio: median(ours.map((run, pair) => rate(run) / rate(theirs[pair] as ReferenceRun))),
        against: 'R0',
      },
      plainFigure(
        'bytes per state',
        'B',
        ours.map(({ bytesPerState }) => bytesPerState),
      ),
      plainFigure(
        'resident, with all of Node',
        'MiB',
        ours.map(({ residentBytes }) => residentBytes / 2 ** 20),
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
  };
};
