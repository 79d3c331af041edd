export { type Conformance, type ConformOptions, conform, conformingTo } from './conform.ts';
export type { ConformingRun } from './conforming.ts';
export { type Continuation, continuationOf, type NotReached } from './continuation.ts';
export { type CaseMet, type Coverage, coverageOf, stepName } from './coverage.ts';
export { type KnobRepair, knobRepair, repairingKnobs } from './knob-repair.ts';
export type { Instead, Refuted, RefutedWorld } from './refutation.ts';
export { mostTried, type Repair } from './repairs.ts';
export { outcomesOf, stepsOf } from './steps-of.ts';
