import type { Bounds, Field } from '@custody/explore';
import type { Stores } from '../machine.ts';
import { modelOf, type OwnershipModel } from '../model-of.ts';
import type { Scenario } from '../scenario.ts';
import type { Variant } from '../variant.ts';
import { onlyChanges } from './changes.ts';
import { commandsFor, headerOf, type Subject } from './header.ts';
import { type Spot, spotsOf } from './options.ts';
import { processOf } from './process.ts';
import { fieldsIn } from './reduced.ts';
import { Sentences } from './sentences.ts';
import { type Variable, Vocabulary } from './vocabulary.ts';
import { startOf, type WholeGraph, wholeGraph } from './whole-graph.ts';

export interface PromelaOptions extends Bounds {
  /** Default: `sc`. */
  readonly stores?: Stores;
  /** The command that makes the same text again. */
  readonly command: string;
  /** More to say in the header, a line each: how the scheme differs from one that everybody knows. Default: nothing. */
  readonly remarks?: readonly string[];
}

/** A variant in a scenario as a model for SPIN, and what SPIN must find in it. */
export interface PromelaExport {
  readonly variant: string;
  readonly scenario: string;
  readonly stores: Stores;
  /** False when a bound stopped the search: then not all is known of what the tasks do, and there is no text. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  /** The sentences that are broken: SPIN finds an error if there is any. */
  readonly violated: readonly string[];
  /** How many states there are where nobody can move though not all is done: to SPIN, invalid end states. */
  readonly standstills: number;
  /** How many where a BUG has stopped the machine: to custody that is an end, to SPIN an invalid one too. */
  readonly stopped: number;
  /** How to call SPIN. */
  readonly commands: readonly string[];
  readonly text: string | null;
}

/** What each field holds before the first step. */
type Start = (field: Field) => number;

/** The fields that some move changes. */
const changedIn = (spots: readonly (readonly Spot[])[], start: Start): ReadonlySet<Field> =>
  new Set(
    spots
      .flat()
      .flatMap(({ options }) => options.flatMap(({ writes }) => writes))
      .filter(({ field, value, step }) => step !== undefined || value !== start(field))
      .map(({ field }) => field),
  );

/**
 * Of the fields that change those that are variables: where a task stands is where its process does, and a variable
 * too only where somebody else asks after it.
 */
const variablesOf = (
  { fields }: OwnershipModel,
  spots: readonly (readonly Spot[])[],
  { changed, sentences }: { readonly changed: ReadonlySet<Field>; readonly sentences: Sentences },
): ReadonlySet<Field> => {
  const stands = new Set(fields.tasks.map(({ at }) => at));
  const conditions = spots.flat().flatMap(({ options }) => options.map(({ when }) => when));
  const asked = new Set([...sentences.reads, ...conditions.flatMap((when) => [...fieldsIn(when)])]);
  return new Set([...changed].filter((field) => !stands.has(field) || asked.has(field)));
};

const typeOf = ({ mask }: Field): string => {
  if (mask === 1) return 'bit';
  return mask < 256 ? 'byte' : 'int';
};

const declarations = (variables: readonly Variable[], start: Start, vocabulary: Vocabulary): readonly string[] => {
  const said = new Set<string>();
  return variables.map(({ field, name, says }) => {
    const value = start(field);
    const begin = value === 0 ? '' : ` = ${vocabulary.valueOf(field, value)}`;
    const about = said.has(says) ? '' : ` /* ${says} */`;
    said.add(says);
    return `${typeOf(field)} ${name}${begin};${about}`;
  });
};

const textOf = (model: OwnershipModel, graph: WholeGraph, subject: Subject): string => {
  const vocabulary = new Vocabulary(subject.scenario, model.fields);
  const start = startOf(model);
  const told = subject.scenario.tasks.map((_, task) => spotsOf(task, model, vocabulary));
  const spots = onlyChanges(told, start);
  const changed = changedIn(spots, start);
  const sentences = new Sentences({ model, vocabulary, changed, graph });
  const variables = variablesOf(model, spots, { changed, sentences });
  const declared = vocabulary.variables.filter(({ field }) => variables.has(field));
  const processes = spots.flatMap((own, task) => [
    '',
    ...processOf(task, own, { model, vocabulary, sentences, variables }),
  ]);
  const body = [...declarations(declared, start, vocabulary), '', ...sentences.text, ...processes].join('\n');
  const constants = vocabulary
    .constantsIn(body)
    .flatMap((kind) => [...kind.map(({ name, value }) => `#define ${name} ${value}`), '']);
  return [...headerOf(graph, subject), '', ...constants, body, ''].join('\n');
};

/**
 * `variant` in `scenario` in Promela: the same states and the same transitions, one by one.
 *
 * Each place where a task can stand is a label of its process, each field of the state that changes a variable. The end
 * of a process would be a transition to SPIN, so none ends: each stops at a valid end state.
 */
export const exportPromela = (
  variant: Variant,
  scenario: Scenario,
  { stores = 'sc', command, remarks = [], ...bounds }: PromelaOptions,
): PromelaExport => {
  const model = modelOf(variant, scenario, stores);
  const graph = wholeGraph(model, bounds);
  const { states, transitions, complete, standstills, deadlock } = graph.report;
  const isBroken = (id: string): boolean => graph.broken.has(id) || (id === 'I11' && deadlock !== undefined);
  return {
    variant: variant.id,
    scenario: scenario.id,
    stores,
    complete,
    states,
    transitions,
    violated: model.sentences.map(({ id }) => id).filter(isBroken),
    standstills,
    stopped: graph.stopped,
    commands: commandsFor(scenario, states),
    text: complete ? textOf(model, graph, { variant, scenario, stores, command, remarks }) : null,
  };
};
