import { render } from 'ink';
import { ShellView } from './shell/shell-view.tsx';
import { SpokenView } from './shell/spoken-view.tsx';
import type { Hands, Store } from './shell/store.ts';
import { unseenOutput } from './terminal/unseen-output.ts';
import type { Terminal } from './view.ts';

export interface InkAppOptions {
  readonly store: Store;
  readonly terminal: Terminal;
  readonly isAccessible: boolean;
  readonly giveHands: (hands: Hands) => void;
}

/** Takes the keys of the terminal for the store, and speaks for it to who listens, until the person leaves. */
export const runInk = async (options: InkAppOptions): Promise<void> => {
  const { store, terminal, isAccessible, giveHands } = options;
  const view = isAccessible ? (
    <SpokenView store={store} giveHands={giveHands} />
  ) : (
    <ShellView store={store} giveHands={giveHands} />
  );
  const { stdin, stdout } = terminal;
  const app = render(view, {
    stdin,
    // Frames are drawn by a painter; ink has only what is spoken to write.
    stdout: isAccessible ? stdout : unseenOutput(stdout),
    // A terminal in CI is still a terminal; ink would otherwise print only the last frame.
    interactive: true,
    isScreenReaderEnabled: isAccessible,
    maxFps: 60,
    patchConsole: false,
  });
  await app.waitUntilExit();
};
