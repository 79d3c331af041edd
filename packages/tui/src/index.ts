export type { Joined } from './joined.ts';
export { KeyFileError, readKeys } from './key-file/read-keys.ts';
export { mouse, openScreens, type ScreensOptions } from './open-screens.tsx';
export { replayOfReference } from './replay/open-run.ts';
export { runsOf } from './runs/runs-screen.ts';
export type { CommandOutput, Outside, Verb } from './shell/outside.ts';
export type { Standing } from './shell/screen.ts';
export type { Terminal } from './view.ts';
