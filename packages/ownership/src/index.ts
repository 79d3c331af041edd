export {
  type Evidence,
  exploreVariant,
  type PropertyVerdict,
  type VariantReport,
  type Verdict,
} from './explore-variant.ts';
export { modelOf, type Outcome, type OwnershipModel, topologyOf } from './model-of.ts';
export type { Label, Operation } from './operation.ts';
export type { Sentence } from './properties.ts';
export type { Scenario, ScriptedCall } from './scenario.ts';
export { scenarios } from './scenarios/index.ts';
export { narrate, type Simulation, simulate, type Violation } from './simulate.ts';
export type { Variant } from './variant.ts';
export { variants } from './variants/index.ts';
