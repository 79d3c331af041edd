import {
  differencesOf,
  type ExportedModel,
  experimentOf,
  exportModel,
  isOwn,
  modelFormats,
  RequestError,
  twistOf,
} from '@custody/workbench';
import {
  addSizeOptions,
  askedOf,
  ownText,
  requestOf,
  type SizeOptions,
  scenarioWord,
  scenarioWords,
  twistText,
  variantWord,
} from '../experiment-options.ts';
import { count, exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { addSearchOptions, type SearchOptions, searchFor } from '../search-options.ts';

interface ExportOptions extends SizeOptions, SearchOptions {
  readonly as: string;
}

const checkFormat = (format: string): void => {
  if (modelFormats.some((known) => known === format)) return;
  throw new RequestError(
    `Cannot export as "${format}" as there is only: ${modelFormats.join(', ')}; write: custody export VARIANT SCENARIO --as promela`,
  );
};

/** A model that was cut short would be another model. */
const cutText = ({ states }: ExportedModel): string =>
  `Cannot export the model as a bound stopped the search after ${count(states)} states, and what comes after them is ` +
  'not known; give more with --budget or --max-states';

export const registerExport: Register = (program) => {
  const added = program
    .command('export')
    .argument('<variant>', variantWord)
    .argument('[scenario]', scenarioWord)
    .description('write a scenario under a variant as a model for SPIN: the same states and transitions, one by one')
    .requiredOption('--as <format>', `what to write: ${modelFormats.join(', ')}`);
  addSearchOptions(addSizeOptions(added)).action(
    run(async ({ print }, options: ExportOptions, variant: string, scenario: string | undefined) => {
      checkFormat(options.as);
      if (scenario === undefined) {
        throw new RequestError(`Cannot export "${variant}" without a scenario; see: custody scenarios`);
      }
      if (print.options.mail) {
        throw new RequestError('Cannot fold a model to the width of a mail; attach it as it is, without --mail');
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
      return print.answer({
        json: made,
        text: made.text?.trimEnd().split('\n') ?? [],
        code: made.text === null ? exit.inconclusive : exit.yes,
      });
    }),
  );
};
