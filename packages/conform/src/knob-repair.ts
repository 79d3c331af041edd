import { conflictsOf, type KnobName, type Knobs, knobNames, knobs, type Variant, variantOf } from '@custody/ownership';
import { type Position, position } from '@custody/trace';
import { conform } from './conform.ts';
import type { ConformingRun } from './conforming.ts';

/** What a refuted variant would have to do otherwise. */
export interface KnobRepair {
  /** The fewest knobs that were found, one after the other, each the one that gets furthest. */
  readonly knobs: Partial<Knobs>;
  /** How many events the variant explains with them. */
  readonly position: Position;
  readonly isExplained: boolean;
}

/** Knobs about what a run cannot show, or that is not told apart here. */
const unseen: readonly KnobName[] = [
  'hotplugDomain',
  'lateDefaultDomain',
  'iommuConfigures',
  'readyToProbe',
  'testRemove',
];
const mostKnobs = 3;
/** Of changes that get further at all, so many are followed to their end. */
const mostFollowed = 6;

interface Changed {
  readonly variant: Variant;
  readonly knobs: Partial<Knobs>;
}

/** `changed` with each other value of each knob, where that combines. */
const neighboursOf = ({ variant, knobs: already }: Changed): readonly Changed[] =>
  knobNames
    .filter((name) => !unseen.includes(name) && !(name in already))
    .flatMap((name) =>
      Object.keys(knobs[name].values)
        .filter((value) => value !== variant.knobs[name])
        .map((value) => ({ [name]: value }) as Partial<Knobs>),
    )
    .filter((change) => conflictsOf({ ...variant.knobs, ...change }).length === 0)
    .map((change) => ({
      variant: variantOf(variant, { id: variant.id, title: variant.title, source: variant.source, knobs: change }),
      knobs: { ...already, ...change },
    }));

/**
 * Which knobs of a variant that is refuted at `from` would have to say something else; null when no few of them get any
 * further.
 *
 * @param onProgress - called before each that is tried.
 */
export const knobRepair = (
  run: ConformingRun,
  variant: Variant,
  from: Position,
  onProgress?: () => void,
): KnobRepair | null => {
  const reach = (changed: Changed, upTo?: number): Position => {
    onProgress?.();
    return conform(run, changed.variant, { withReasons: false, ...(upTo !== undefined && { upTo }) }).position;
  };
  let best: { readonly changed: Changed; readonly position: Position } = {
    changed: { variant, knobs: {} },
    position: from,
  };
  for (let round = 0; round < mostKnobs && best.position < run.timeline.length; round += 1) {
    const { changed, position: reached } = best;
    const further = neighboursOf(changed)
      .filter((one) => reach(one, reached + 1) > reached)
      .slice(0, mostFollowed);
    for (const one of further) {
      const end = reach(one);
      if (end > best.position) best = { changed: one, position: end };
    }
    if (best.changed === changed) break;
  }
  if (best.position === from) return null;
  const isExplained = best.position === run.timeline.length;
  return { knobs: best.changed.knobs, position: position(best.position), isExplained };
};
