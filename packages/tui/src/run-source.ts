import type { RunSource } from '@custody/trace';

/** Where a run comes from, in a few words. */
export const sourceText = (source: RunSource): string =>
  source.kind === 'simulation'
    ? `simulated ${source.variant}, ${source.scenario}`
    : `recorded ${source.kernel ?? 'on an unknown kernel'}`;
