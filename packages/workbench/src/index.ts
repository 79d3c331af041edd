export type { HistoryEntry, Mark, Note } from '@custody/annotations';
export { type CompareOptions, type EpisodeKind, uncompared, type WorldDifference } from '@custody/compare';
export type { Conformance, Continuation, Coverage, Instead, KnobRepair, Refuted, Repair } from '@custody/conform';
export { LevelWatch, noReduction, type Outlook, type Progress } from '@custody/explore';
export {
  type Decompressors,
  type Finding,
  isTraceDat,
  MappingError,
  NotATraceError,
  type RecordingEnd,
  TopologyError,
  type TraceShows,
} from '@custody/ingest';
export { RevisionConflictError, StoreError } from '@custody/log';
export {
  type Case,
  type CaseMet,
  callText,
  cases,
  type Fairness,
  HybridError,
  hybridOf,
  type Knob,
  type Knobs,
  knobNames,
  knobs,
  type Overtaking,
  type Scenario,
  type Stores,
  scenarios,
  sentences,
  type Variant,
  type VariantReport,
  variants,
} from '@custody/ownership';
export { type Argument, type ArgumentRow, argumentOf } from './argument.ts';
export type { CarriedNote, CarriedNotes } from './carry-notes.ts';
export type { CarriedBy } from './carry-places.ts';
export { type CaseLedger, caseLedger, type LedgerCase, tellingCases } from './case-ledger.ts';
export { type CatalogueEntry, nameOf, notesStream, type RunEnd } from './catalogue.ts';
export { clusterRuns, type RunCluster } from './cluster-runs.ts';
export { type RunDiff, worldsBetween } from './compare.ts';
export {
  compareVariants,
  comparingVariants,
  type ScenarioDiff,
  type VariantDifference,
  type VariantsDiff,
} from './compare-variants.ts';
export {
  type CasesOfRun,
  casesOfRun,
  conformingRun,
  conformRun,
  continueFrom,
  coverRuns,
  exploringFrom,
  type Ranking,
  type RunConformance,
  type RunsCoverage,
  rankingVariants,
  rankVariants,
  tellingCasesOfRun,
  variantOfRecording,
} from './conform-run.ts';
export type { DeletedRun } from './delete-run.ts';
export { differencesOf, type KnobDifference, twistOf } from './differences.ts';
export { RequestError, UnknownRunError } from './errors.ts';
export { type ExperimentRequest, experimentOf, findScenario, findVariant, isOwn, isScenario } from './experiment.ts';
export { exploringScenarioInShards, type ShardsSearchBounds, shardOfScenario } from './explore-in-shards.ts';
export { type ExportedModel, exportModel, modelFormats } from './export-model.ts';
export type { Extent, HuntStory } from './hunt-story.ts';
export { type ImportedRun, type Recording, whatRecordingShows } from './import-recording.ts';
export { exploreScenario, exploringScenario, type SimulatedRun } from './model-run.ts';
export type { TakenMails } from './note-mails.ts';
export { type Moment, type NotesOfRun, placesIn, type Subject } from './notes.ts';
export { appendUpdates, readNotes } from './notes-stream.ts';
export type { Run } from './open-run.ts';
export { type Origin, requestOf } from './origin.ts';
export { outcomeText } from './outcome-text.ts';
export type { Parcel } from './parcel.ts';
export type { PctPromise } from './pct-promise.ts';
export type { Ports, RunningDigest } from './ports.ts';
export type { GuestRecording } from './record-guest.ts';
export { refutationLines } from './refutation-text.ts';
export type { ScenarioProgress } from './scenario-progress.ts';
export type { DiceChoice, SchedulerChoice } from './scheduler-choice.ts';
export type { TakenRun } from './take-in.ts';
export type { Verdict } from './verify-run.ts';
export { waitsText } from './waits-text.ts';
export { type Crossroads, casesMetIn, crossroadsAt, type PossibleMove } from './what-if.ts';
export { type Workbench, workbench } from './workbench.ts';
