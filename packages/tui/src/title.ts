import type { RunSource } from '@custody/trace';
import { type Row, span } from './row.ts';
import { cut, fit, plain, widthOf } from './text.ts';
import type { ReplayView } from './view.ts';

/** Where the run comes from, in a few words. */
const sourceName = (source: RunSource): string =>
  source.kind === 'simulation'
    ? `simulated ${source.variant}, ${source.scenario}`
    : `recorded ${source.kernel ?? 'on an unknown kernel'}`;

/** The run's title left, where it comes from right; the title gives way last. */
export const titleRow = ({ title, header }: ReplayView, width: number): Row => {
  const name = cut(plain(` ${title}`), width);
  const source = cut(plain(`${sourceName(header.source)} `), Math.max(0, width - widthOf(name) - 2));
  return [span(fit(name, width - widthOf(source)), 'inverse'), span(source, 'inverse')];
};
