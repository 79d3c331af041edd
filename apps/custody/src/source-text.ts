import type { RunSource } from '@custody/trace';
import { sizeWords } from './experiment-options.ts';

/** Where a run is from, in words. */
export const sourceText = (source: RunSource): string => {
  if (source.kind === 'recording') {
    const { guest } = source;
    const how = guest === undefined ? '' : `: ${guest.scenario}, seed ${guest.seed}`;
    return `recording of ${source.kernel ?? 'an unknown kernel'}${how}`;
  }
  const { variant, scenario, knobs, schedule } = source;
  const own = knobs === undefined ? '' : ' (a variant of one’s own)';
  return `simulation of ${variant}${own} in ${scenario}${sizeWords(source)}, schedule ${schedule}`;
};
