import type { Outside, Standing } from '@custody/tui';

/** Both ends are a terminal. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

/** The replay of a run of the store; what it names is told by the store. */
export const replayOf = async (outside: Outside, reference: string, at: number): Promise<Standing> =>
  (await import('@custody/tui')).replayOfReference(outside, reference, at);

/** Opens the screens on the terminal; ink and React are loaded only here. */
export const openScreen = async (first: (outside: Outside) => Promise<Standing>, outside: Outside): Promise<void> => {
  const { openScreens } = await import('@custody/tui');
  await openScreens(await first(outside), outside, { stdin: process.stdin, stdout: process.stdout });
};
