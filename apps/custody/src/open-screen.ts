import type { Outside, Standing } from '@custody/tui';
import type { Run } from '@custody/workbench';

/** Both ends are a terminal. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

export const replayOf = async (outside: Outside, run: Run, at: number): Promise<Standing> =>
  (await import('@custody/tui')).replayOfRun(outside, run, at);

/** Opens the screens on the terminal; ink and React are loaded only here. */
export const openScreen = async (first: (outside: Outside) => Promise<Standing>, outside: Outside): Promise<void> => {
  const { openScreens } = await import('@custody/tui');
  await openScreens(await first(outside), outside, { stdin: process.stdin, stdout: process.stdout });
};
