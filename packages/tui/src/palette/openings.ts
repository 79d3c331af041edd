import { replayOfReference } from '../replay/open-run.ts';
import type { Effect } from '../shell/screen.ts';

type Opening = (words: readonly string[]) => Effect<unknown> | null;

const replay: Opening = (words) => {
  const [reference, option, at] = words;
  if (reference === undefined || (option !== undefined && option !== '--at')) return null;
  return {
    type: 'fetch',
    name: `open ${reference}`,
    screen: (outside) => replayOfReference(outside, reference, Number(at ?? 0)),
  };
};

/**
 * Commands that open a screen here instead of printing, by name. Each gets the words that follow; null when it has no
 * screen for them, and then the command runs as it does anywhere.
 */
export const openings: ReadonlyMap<string, Opening> = new Map([['replay', replay]]);
