export { KeyFileError, readKeys } from './key-file/read-keys.ts';
export { openScreens, type ScreensOptions } from './open-screens.ts';
export { replayOfReference } from './replay/open-run.ts';
export { runsOf } from './runs/runs-screen.ts';
export type { CommandOutput, Outside, Verb } from './shell/outside.ts';
export type { Standing } from './shell/screen.ts';
export { modes } from './terminal/modes.ts';
export type { Terminal } from './view.ts';
