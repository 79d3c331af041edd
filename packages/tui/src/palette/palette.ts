import { scenarios, variants } from '@custody/workbench';
import type { Verb } from '../shell/outside.ts';
import type { Choice, Effect } from '../shell/screen.ts';
import { outputOf } from '../text-screen/text-screen.ts';
import { openings } from './openings.ts';

/** Words of a line; quotes hold blanks together. */
const wordsOf = (line: string): readonly string[] =>
  Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, double, single, bare]) => double ?? single ?? bare ?? '');

/** What lines can be completed to. */
export interface Vocabulary {
  readonly verbs: readonly Verb[];
  /** Of the runs in the store. */
  readonly titles: readonly string[];
  /** The files and folders that a begun path could become. */
  readonly paths: (begun: string) => readonly string[];
}

const nameChoices = (verbs: readonly Verb[], begun: string): readonly Choice[] =>
  verbs
    .filter(({ name }) => name.startsWith(begun))
    .map(({ name, words, does }) => ({ text: `${name} `, does: `${[name, ...words].join(' ')}: ${does}` }));

/** What a word of a command's usage stands for: `<run>`, `[scenario...]`. */
const meantBy = (word: string, begun: string, { titles, paths }: Vocabulary): readonly string[] => {
  switch (word.replace(/[<>[\].]/g, '')) {
    case 'run':
    case 'left':
    case 'right':
      return titles;
    case 'variant':
      return variants.map(({ id }) => id);
    case 'scenario':
      return scenarios.map(({ id }) => id);
    case 'file':
      return paths(begun);
    default:
      return [];
  }
};

/** What the last word could become: an option, or what stands in its place in the command's usage. */
const lastWordChoices = (verb: Verb, before: string, begun: string, vocabulary: Vocabulary): readonly Choice[] => {
  const given = wordsOf(before.slice(verb.name.length)).filter((word) => !word.startsWith('-')).length;
  const word = verb.words[Math.min(given, verb.words.length - 1)] ?? '';
  const words = begun.startsWith('-') ? verb.options : meantBy(word, begun, vocabulary);
  return words
    .filter((candidate) => candidate.startsWith(begun))
    .map((candidate) => ({ text: `${before}${candidate}${candidate.endsWith('/') ? '' : ' '}`, does: candidate }));
};

/** What a command line could become, best first. */
export const choicesOf = (vocabulary: Vocabulary, line: string): readonly Choice[] => {
  const { verbs } = vocabulary;
  const [, before = '', begun = ''] = /^(.*\s)?(\S*)$/.exec(line) ?? [];
  const verb = verbs.find(({ name }) => before.startsWith(`${name} `));
  if (verb === undefined) return nameChoices(verbs, line);
  const usage = { text: line, does: [verb.name, ...verb.words].join(' ') };
  return [...lastWordChoices(verb, before, begun, vocabulary), usage];
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
