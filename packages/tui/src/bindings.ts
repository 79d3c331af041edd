import { position } from '@custody/trace';
import { ask, search } from './prompt.ts';
import { hopTo, type Surroundings, stepBy } from './surroundings.ts';
import { jumped, type Step, said, type Ui } from './ui.ts';

/** What some keys do: the one table that keys are looked up in and that the help is printed from. */
export interface Binding {
  readonly keys: readonly string[];
  /** The keys as the help prints them, when their names are not fit for that. */
  readonly label: string;
  readonly does: string;
  readonly press: (ui: Ui, around: Surroundings) => Step;
}

const bind = (
  keys: readonly string[],
  does: string,
  press: Binding['press'],
  label: string = keys.join(' '),
): Binding => ({ keys, label, does, press });

const note = (ui: Ui, { canNote }: Surroundings): Step =>
  canNote ? ask(ui, 'note') : said(ui, 'Notes cannot be added here');

const toggleVerbatim = (ui: Ui): Step =>
  said({ ...ui, verbatim: !ui.verbatim }, ui.verbatim ? 'Lines kept raw are hidden' : 'Lines kept raw are shown too');

export const bindings: readonly Binding[] = [
  bind(['j', 'down'], 'one event on', (ui, around) => stepBy(ui, around, 1), 'j ↓'),
  bind(['k', 'up'], 'one event back (5j, 5k: five)', (ui, around) => stepBy(ui, around, -1), 'k ↑'),
  bind([' ', 'pagedown'], 'a page on', (ui, around) => stepBy(ui, around, around.page), 'space PgDn'),
  bind(['b', 'pageup'], 'a page back', (ui, around) => stepBy(ui, around, -around.page), 'b PgUp'),
  bind(['g', 'home'], 'the start of the run', (ui) => jumped(ui, position(0)), 'g Home'),
  bind(['G', 'end'], 'the end of the run', (ui, { end }) => jumped(ui, end), 'G End'),
  bind([':'], 'go to 120, +5, -5, 27.35s, $', (ui) => ask(ui, 'seek'), ': digit'),
  bind(['/'], 'search (regular expression)', (ui) => ask(ui, 'search')),
  bind(['n'], 'next hit', (ui, around) => search(ui, around, ui.pattern, 'forward')),
  bind(['N'], 'previous hit', (ui, around) => search(ui, around, ui.pattern, 'backward')),
  bind(['f'], 'next finding', (ui, { findings }) => hopTo(ui, findings, 1, 'finding')),
  bind(['F'], 'previous finding', (ui, { findings }) => hopTo(ui, findings, -1, 'finding')),
  bind([']'], 'next note', (ui, { notes }) => hopTo(ui, notes, 1, 'note')),
  bind(['['], 'previous note', (ui, { notes }) => hopTo(ui, notes, -1, 'note')),
  bind(['enter'], 'read all that is said here', (ui) => ({ ui: { ...ui, mode: { kind: 'read' } } }), 'Enter'),
  bind(['a'], 'add a note here', note),
  bind(['m'], 'set mark a-z here', (ui) => ({ ui: { ...ui, mode: { kind: 'letter', verb: 'set' } } }), 'm{a-z}'),
  bind(["'"], "go to a mark; '' back", (ui) => ({ ui: { ...ui, mode: { kind: 'letter', verb: 'go' } } }), "'{a-z}"),
  bind(['v'], 'show or hide kept raw lines', toggleVerbatim),
  bind(['?'], 'this help', (ui) => ({ ui: { ...ui, mode: { kind: 'help' } } })),
  bind(['q'], 'quit', (ui) => ({ ui, effect: { type: 'quit' } }), 'q Ctrl-C'),
];

const byKey: ReadonlyMap<string, Binding> = new Map(
  bindings.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)),
);

export const bindingOf = (key: string): Binding | undefined => byKey.get(key);
