import type { Outside } from '../shell/outside.ts';

/** Of a slice of work, in milliseconds: keys wait no longer than that, and for what a search does between two words. */
const slice = 8;
/** Between two pictures of where it stands. */
const picture = 100;

/**
 * Drives a search in slices, so that keys and frames come in between.
 *
 * @param tell - told now and then where the search stands, at first at once.
 * @returns what it came to; null when it was given up.
 */
export const drivenInSlices = async <Told, Answer>(
  search: Generator<Told, Answer>,
  { now, pause }: Pick<Outside, 'now' | 'pause'>,
  tell: (told: Told) => void,
  signal: AbortSignal,
): Promise<Answer | null> => {
  let told = Number.NEGATIVE_INFINITY;
  let began = now();
  while (!signal.aborted) {
    const step = search.next();
    if (step.done === true) return step.value;
    if (now() - told >= picture) {
      tell(step.value);
      told = now();
    }
    if (now() - began < slice) continue;
    await pause();
    began = now();
  }
  return null;
};
