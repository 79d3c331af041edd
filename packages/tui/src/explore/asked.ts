import { type ExperimentRequest, findScenario } from '@custody/workbench';

/** Which scheme in which story, in which size: what a person asks to be explored. */
export interface Asked extends ExperimentRequest {
  readonly variant: string;
}

type Dimension = 'devices' | 'claimers';

/** What is not usual about it, as options of a command. */
export const optionsOf = ({ devices, claimers, stores }: Partial<Asked>): readonly string[] => [
  ...(devices === undefined ? [] : ['--devices', String(devices)]),
  ...(claimers === undefined ? [] : ['--claimers', String(claimers)]),
  ...(stores === 'late' ? ['--stores', 'late'] : []),
];

/** In words: `linux-6.1 in case-1a, 3 devices, late stores`. */
export const askedText = ({ variant, scenario, devices, claimers, stores }: Asked): string =>
  [
    `${variant} in ${scenario}`,
    ...(devices === undefined ? [] : [`${devices} devices`]),
    ...(claimers === undefined ? [] : [`${claimers} claimers`]),
    ...(stores === 'late' ? ['late stores'] : []),
  ].join(', ');

/** One device or claimer more or less; a sentence where the scenario is not told in that size. */
export const resized = (asked: Asked, dimension: Dimension, step: 1 | -1): Asked | string => {
  const { scaled } = findScenario(asked.scenario);
  if (scaled === undefined) return `${asked.scenario} is of one size only`;
  const usual = scaled.usual[dimension];
  const [least, most] = scaled[dimension];
  const next = (asked[dimension] ?? usual) + step;
  if (least === most) return `${asked.scenario} has ${most} ${dimension}, always`;
  if (next < least || next > most) return `${asked.scenario} is told with ${least} to ${most} ${dimension}`;
  const { [dimension]: _before, ...others } = asked;
  return next === usual ? others : { ...others, [dimension]: next };
};
