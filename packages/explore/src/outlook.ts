import type { Progress } from './bounds.ts';

/** What can honestly be said of how far a breadth-first search has to go. */
export type Outlook =
  /** Each level is larger than the one before, by this factor: there is no telling. */
  | { readonly kind: 'growing'; readonly factor: number }
  /** The levels have begun to shrink: about so many states are to come if they go on as the last one did. */
  | { readonly kind: 'shrinking'; readonly states: number }
  | { readonly kind: 'unknown' };

/**
 * Looks at how the levels of a search grow. Nobody can know how many states there are to come: as long as the levels
 * grow nothing is said. Once they shrink by a factor `r` a level, `queue · 1 / (1 - r)` is left if they go on so; as a
 * rule they shrink ever faster, and it is less.
 */
export class LevelWatch {
  private depth = -1;
  private level = 0;
  private factor: number | null = null;

  /** @returns the outlook at `progress`, which must come from one search, in order; an earlier depth begins another. */
  see({ depth, queue }: Pick<Progress, 'depth' | 'queue'>): Outlook {
    if (depth < this.depth) this.factor = null;
    if (depth !== this.depth) {
      this.factor = depth > this.depth && this.level > 0 ? (queue / this.level) ** (1 / (depth - this.depth)) : null;
      this.depth = depth;
      this.level = queue;
    }
    if (this.factor === null) return { kind: 'unknown' };
    if (this.factor >= 1) return { kind: 'growing', factor: this.factor };
    return { kind: 'shrinking', states: Math.round(queue / (1 - this.factor)) };
  }
}
