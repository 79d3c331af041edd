/** How many steps that no line shows one task may take between two lines of its own. */
export const mostHidden = 40;
/** How many steps others may have taken that their lines have not shown yet. */
export const mostForOthers = 40;
/** More worlds than these, and the answer would not come. */
export const mostWorlds = 4000;

/** A bound was hit: whether the run can be explained is not known. */
export class BoundError extends Error {
  override readonly name = 'BoundError';
}
