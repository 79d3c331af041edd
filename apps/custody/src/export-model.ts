import {
  differencesOf,
  type ExportedModel,
  experimentOf,
  exportModel,
  isOwn,
  RequestError,
  twistOf,
} from '@custody/workbench';
import { askedOf, ownText, requestOf, type SizeOptions, scenarioWords, twistText } from './experiment-options.ts';
import { count, type Printer } from './print.ts';
import { type SearchOptions, searchFor } from './search-options.ts';

/** A model that was cut short would be another model. */
const cutText = ({ states }: ExportedModel): string =>
  `Cannot export the model as a bound stopped the search after ${count(states)} states, and what comes after them is ` +
  'not known; give more with --budget or --max-states';

/** A scenario under a variant as a model for SPIN; says so where a bound stopped the search and there is none. */
export const modelFor = async (
  print: Printer,
  variant: string,
  scenario: string | undefined,
  options: SizeOptions & SearchOptions,
): Promise<ExportedModel> => {
  if (scenario === undefined) {
    throw new RequestError(`Cannot export "${variant}" without a scenario; see: custody scenarios`);
  }
  const asked = askedOf(variant, scenario, options);
  const request = await requestOf(asked);
  const experiment = experimentOf(request);
  const remarks = [
    ...ownText(experiment.variant, isOwn(experiment.variant) ? differencesOf(experiment.variant) : []),
    ...twistText(twistOf(experiment.variant, experiment.scenario)),
  ];
  const command = `custody export ${scenarioWords(asked)} --as promela`;
  const search = searchFor(print, `exploring ${asked.scenario}`, options);
  const made = exportModel(request, { command, remarks }, search.bounds);
  if (made.text === null) print.complain(cutText(made));
  return made;
};
