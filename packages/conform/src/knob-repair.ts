import { toTheEnd } from '@custody/explore';
import { conflictsOf, type KnobName, type Knobs, knobNames, knobs, type Variant, variantOf } from '@custody/ownership';
import { type Position, position } from '@custody/trace';
import { conformingTo } from './conform.ts';
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

/** As `knobRepair`; yields often, and can be left there. */
export function* repairingKnobs(
  run: ConformingRun,
  variant: Variant,
  from: Position,
): Generator<unknown, KnobRepair | null> {
  function* reach(changed: Changed, upTo?: number): Generator<unknown, Position> {
    const options = { withReasons: false, ...(upTo !== undefined && { upTo }) };
    return (yield* conformingTo(run, changed.variant, options)).position;
  }
  let best: { readonly changed: Changed; readonly position: Position } = {
    changed: { variant, knobs: {} },
    position: from,
  };
  for (let round = 0; round < mostKnobs && best.position < run.timeline.length; round += 1) {
    const { changed, position: reached } = best;
    const further: Changed[] = [];
    for (const one of neighboursOf(changed)) {
      if (further.length < mostFollowed && (yield* reach(one, reached + 1)) > reached) further.push(one);
    }
    for (const one of further) {
      const end = yield* reach(one);
      if (end > best.position) best = { changed: one, position: end };
    }
    if (best.changed === changed) break;
  }
  if (best.position === from) return null;
  const isExplained = best.position === run.timeline.length;
  return { knobs: best.changed.knobs, position: position(best.position), isExplained };
}

/**
 * Which knobs of a variant that is refuted at `from` would have to say something else; null when no few of them get any
 * further.
 */
export const knobRepair = (run: ConformingRun, variant: Variant, from: Position): KnobRepair | null =>
  toTheEnd(repairingKnobs(run, variant, from));
