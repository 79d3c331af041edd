import type { Verb } from '../shell/outside.ts';
import type { Choice, Effect } from '../shell/screen.ts';
import { outputOf } from '../text-screen/text-screen.ts';
import { openings } from './openings.ts';

/** Words of a line; quotes hold blanks together. */
const wordsOf = (line: string): readonly string[] =>
  Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, double, single, bare]) => double ?? single ?? bare ?? '');

const nameChoices = (verbs: readonly Verb[], begun: string): readonly Choice[] =>
  verbs
    .filter(({ name }) => name.startsWith(begun))
    .map(({ name, words, does }) => ({ text: `${name} `, does: `${[name, ...words].join(' ')}: ${does}` }));

/** The options of the verb that the last word could become. */
const optionChoices = ({ options }: Verb, before: string, begun: string): readonly Choice[] =>
  begun.startsWith('-')
    ? options
        .filter((option) => option.startsWith(begun))
        .map((option) => ({ text: `${before}${option} `, does: option }))
    : [];

/** What a command line could become, best first. */
export const choicesOf = (verbs: readonly Verb[], line: string): readonly Choice[] => {
  const [, before = '', begun = ''] = /^(.*\s)?(\S*)$/.exec(line) ?? [];
  if (before.trim() === '') return nameChoices(verbs, begun);
  const verb = verbs.find(({ name }) => `${before} `.startsWith(`${name} `));
  if (verb === undefined) return nameChoices(verbs, line);
  const usage = { text: line, does: [verb.name, ...verb.words].join(' ') };
  return [...optionChoices(verb, before, begun), usage];
};

/** What a command line asks for: a screen, or the command's output; a sentence when it is no command. */
export const effectOf = (verbs: readonly Verb[], line: string): Effect<unknown> | string => {
  const words = wordsOf(line.replace(/^\s*custody\s/, ''));
  const [name] = words;
  if (name === undefined) return 'Nothing was typed';
  if (!verbs.some((verb) => verb.name.split(' ')[0] === name)) {
    return `There is no command "${name}": Tab lists them`;
  }
  return openings.get(name)?.(words.slice(1)) ?? outputOf(words);
};
