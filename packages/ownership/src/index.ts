export { type Case, caseOfMark, cases } from './cases.ts';
export { domainNames, outcomeNames } from './codes.ts';
export {
  type DeadlockEvidence,
  type Evidence,
  exploreVariant,
  exploringVariant,
  exploringVariantInShards,
  type PropertyVerdict,
  type ShardsBounds,
  shardOfVariant,
  type VariantBounds,
  type VariantReport,
  type Verdict,
} from './explore-variant.ts';
export { comeAndGo, comeAndGoInOrder, type Fairness, judgingFairness, type Overtaking } from './fairness.ts';
export { HybridError, hybridOf } from './hybrid.ts';
export { conflictsOf, type Knob, type KnobName, type Knobs, knobNames, knobs } from './knobs.ts';
export type { CaseVerdict, Unlisted } from './ledger.ts';
export type { Stores } from './machine.ts';
export { modelOf, type Outcome, type OwnershipModel, topologyOf } from './model-of.ts';
export { nearest } from './nearest.ts';
export {
  freshRegisters,
  OpenMachine,
  outcomesAt,
  type PackedState,
  type Reading,
  type Registers,
  type Touched,
  usualOutcome,
} from './open-machine.ts';
export type { Label, Operation } from './operation.ts';
export { over, type Program, type Stand } from './program.ts';
export { exportPromela, type PromelaExport, type PromelaOptions } from './promela/export-promela.ts';
export { type Sentence, sentences, sentencesOf } from './properties.ts';
export {
  bind,
  claim,
  type DriverName,
  driverNames,
  release,
  type Scenario,
  type ScriptedCall,
  type Size,
  scale,
  unbind,
} from './scenario.ts';
export { scenarios } from './scenarios/index.ts';
export { callText } from './script-text.ts';
export { type CaseMet, narrate, type Simulation, simulate, type Violation } from './simulate.ts';
export { twisted, type Variant, variantOf } from './variant.ts';
export { variants } from './variants/index.ts';
export { driverNamed, type LockView } from './views.ts';
export type { Waiter } from './waiter.ts';
