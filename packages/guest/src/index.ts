export { type Compiling, compileInit } from './image/compile-init.ts';
export { buildImage, type Image, type ImageParts } from './image/image.ts';
export type { MissingModule } from './image/modules.ts';
export { type Candidate, probeCandidates, probesFile } from './probes/candidates.ts';
export { type BuiltInScenario, builtInScenarios, defaultDevices } from './scenario/built-in.ts';
export { parseScenario, ScenarioError } from './scenario/parse.ts';
export { type Action, type Scenario, scenarioFile, type Thread } from './scenario/scenario.ts';
