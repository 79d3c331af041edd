import type { Outside } from '../shell/outside.ts';

/** What of the world outside a search needs. */
type Resting = Pick<Outside, 'rest'>;

/**
 * Drives a search in slices, so that keys and drawing have their turn between them.
 *
 * @param tell - told where the search stands.
 * @returns what it came to; null when it was given up.
 */
export const drivenInSlices = async <Told, Answer>(
  search: Generator<Told, Answer>,
  { rest }: Resting,
  tell: (told: Told) => void,
  signal: AbortSignal,
): Promise<Answer | null> => {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
    tell(step.value);
    await rest();
    if (signal.aborted) return null;
  }
};

/** Drops what is told too soon after the last: a picture for each five percent more is enough, and of what begins anew. */
export const nowAndThen = <Told>(size: (told: Told) => number, tell: (told: Told) => void): ((told: Told) => void) => {
  let last = 0;
  return (told) => {
    const now = size(told);
    if (now >= last && now < last * 1.05) return;
    last = now;
    tell(told);
  };
};
