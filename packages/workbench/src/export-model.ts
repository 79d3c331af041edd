import { exportPromela, type PromelaExport } from '@custody/ownership';
import { type ExperimentRequest, experimentOf } from './experiment.ts';
import type { SearchBounds } from './model-run.ts';

/** What a scheme in a story can be handed on as. */
export const modelFormats = ['promela'] as const;

export interface ExportedModel extends PromelaExport {
  readonly format: (typeof modelFormats)[number];
}

/** What the header of a model says beside what it is a model of. */
interface Heading {
  /** What makes the same again. */
  readonly command: string;
  readonly remarks: readonly string[];
}

/** A scenario under a variant as a model for SPIN; without a text where a bound stopped the search. */
export const exportModel = (request: ExperimentRequest, heading: Heading, bounds: SearchBounds = {}): ExportedModel => {
  const { variant, scenario, stores } = experimentOf(request);
  return { format: 'promela', ...exportPromela(variant, scenario, { ...bounds, ...heading, stores }) };
};
