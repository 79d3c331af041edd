export type { Joined } from './joined.ts';
export { openScreens, type ScreensOptions } from './open-screens.tsx';
export { replayOfReference, replayOfRun } from './replay/open-run.ts';
export type { CommandOutput, Outside, Verb } from './shell/outside.ts';
export type { Standing } from './shell/screen.ts';
export type { Terminal } from './view.ts';
