import { variants } from '@custody/workbench';
import { openComparison } from '../compare/open-compare.ts';
import { variantsOf } from '../compare/variants-screen.ts';
import { conformOf } from '../conform/conform-screen.ts';
import { rankingOf } from '../conform/ranking-screen.ts';
import { casesOf } from '../explore/cases-screen.ts';
import { explorationOf } from '../explore/explore-screen.ts';
import { verdictsOf } from '../explore/verdicts-screen.ts';
import { openNotes } from '../notes/notes-screen.ts';
import { replayOfReference } from '../replay/open-run.ts';
import { runsOf } from '../runs/runs-screen.ts';
import type { Effect, Standing } from '../shell/screen.ts';

type Opening = (words: readonly string[]) => Effect<unknown> | null;

const replay: Opening = (words) => {
  const [reference, option, at] = words;
  if (reference === undefined) return words.length === 0 ? open(runsOf()) : null;
  if (option !== undefined && option !== '--at') return null;
  return {
    type: 'fetch',
    name: `open ${reference}`,
    screen: (outside) => replayOfReference(outside, reference, Number(at ?? 0)),
  };
};

const runs: Opening = (words) => (words.length === 0 ? open(runsOf()) : null);

const open = (screen: Standing): Effect<unknown> => ({ type: 'open', screen });

/** Options are for the command: no screen has a place for them. */
const isPlain = (words: readonly string[]): boolean => words.every((word) => !word.startsWith('-'));

const variantIn = (word: string): string | undefined => /^variant:(.+)$/.exec(word)?.[1];

const diff: Opening = (words) => {
  const [left, right, ...more] = words;
  if (left === undefined || right === undefined || more.length > 0 || !isPlain(words)) return null;
  const [one, other] = [variantIn(left), variantIn(right)];
  if (one !== undefined && other !== undefined) return open(variantsOf({ left: one, right: other, scenario: null }));
  return one === undefined && other === undefined ? openComparison({ left, right }) : null;
};

const explore: Opening = (words) => {
  const [variant, scenario, ...more] = words;
  if (more.length > 0 || !isPlain(words)) return null;
  if (variant === undefined) return open(explorationOf());
  return scenario === undefined ? null : open(verdictsOf({ variant, scenario }));
};

const cases: Opening = ([variant, ...more]) =>
  variant === undefined || more.length > 0 || variant.startsWith('-') ? null : open(casesOf({ variant }));

/** A variant of one's own, in a file, is for the command. */
const conform: Opening = (words) => {
  const [run, variant, ...more] = words;
  if (run === undefined || run.startsWith('-') || more.length > 0) return null;
  if (variant === undefined || variant === '--all') return open(rankingOf({ run, title: run }));
  return variants.some(({ id }) => id === variant) ? open(conformOf({ run, title: run, variant })) : null;
};

const note: Opening = (words) => {
  const [verb, run, ...more] = words;
  return verb === 'list' && run !== undefined && more.length === 0 && isPlain(words) ? openNotes(run) : null;
};

/**
 * Commands that open a screen here instead of printing, by name. Each gets the words that follow; null when it has no
 * screen for them, and then the command runs as it does anywhere.
 */
export const openings: ReadonlyMap<string, Opening> = new Map([
  ['runs', runs],
  ['replay', replay],
  ['diff', diff],
  ['explore', explore],
  ['cases', cases],
  ['conform', conform],
  ['note', note],
]);
