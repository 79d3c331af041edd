import {
  type KnobName,
  type Knobs,
  knobNames,
  type Scenario,
  twisted,
  type Variant,
  variants,
} from '@custody/ownership';

/** A knob that two schemes disagree on. */
export interface KnobDifference {
  readonly knob: KnobName;
  readonly from: string;
  readonly to: string;
}

const between = (one: Knobs, other: Knobs): readonly KnobDifference[] =>
  knobNames.map((knob) => ({ knob, from: one[knob], to: other[knob] })).filter(({ from, to }) => from !== to);

/** What differs from the neighbour that the variant is written as a change to; nothing for the first of a line. */
export const differencesOf = (variant: Variant): readonly KnobDifference[] => {
  const neighbour = variants.find(({ id }) => id === variant.neighbour);
  if (neighbour === undefined) return [];
  return between(neighbour.knobs, variant.knobs);
};

/** What a scenario that is about another scheme of the kind changes in a variant; nothing where it is about this one. */
export const twistOf = (variant: Variant, scenario: Scenario): readonly KnobDifference[] =>
  between(variant.knobs, twisted(variant, scenario).knobs);
