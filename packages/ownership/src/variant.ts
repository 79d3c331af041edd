import { conflictsOf, type Knobs, knobNames } from './knobs.ts';
import type { Place, Steps } from './operation.ts';
import type { Scenario } from './scenario.ts';

/** A version of the protocol: a title, where it was read, and what it says for each knob. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  /** Kernel version, commits or mail that it was read from. */
  readonly source: string;
  /** The scheme that it is written as a change to; null for the first of a line. */
  readonly neighbour: string | null;
  readonly knobs: Knobs;
  /** A change to the steps of any call, for what no knob says. Default: none. */
  readonly rewrite?: (steps: Steps, place: Place) => Steps;
}

/** What a variant changes in its neighbour. */
interface Change {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly knobs: Partial<Knobs>;
}

/** `neighbour`, but for what `knobs` say. */
export const variantOf = (neighbour: Variant, { id, title, source, knobs }: Change): Variant => ({
  ...neighbour,
  id,
  title,
  source,
  neighbour: neighbour.id,
  knobs: { ...neighbour.knobs, ...knobs },
});

/** The variant as `scenario` is about it: with the scenario's twist, where that combines with it. */
export const twisted = (variant: Variant, { twist }: Scenario): Variant => {
  const knobs: Knobs = { ...variant.knobs, ...twist };
  const isSame = knobNames.every((name) => knobs[name] === variant.knobs[name]);
  return isSame || conflictsOf(knobs).length > 0 ? variant : { ...variant, knobs };
};
