import { render } from 'ink';
import { ShellView } from './shell/shell-view.tsx';
import { SpokenView } from './shell/spoken-view.tsx';
import type { Hands, Store } from './shell/store.ts';
import type { Terminal } from './view.ts';

export interface InkAppOptions {
  readonly store: Store;
  readonly terminal: Terminal;
  readonly isColored: boolean;
  readonly isAccessible: boolean;
  readonly giveHands: (hands: Hands) => void;
}

/** Draws the store on the terminal and takes its keys, until the person leaves. */
export const runInk = async (options: InkAppOptions): Promise<void> => {
  const { store, terminal, isColored, isAccessible, giveHands } = options;
  const view = isAccessible ? (
    <SpokenView store={store} giveHands={giveHands} />
  ) : (
    <ShellView store={store} isColored={isColored} giveHands={giveHands} />
  );
  const app = render(view, {
    ...terminal,
    // A terminal in CI is still a terminal; ink would otherwise print only the last frame.
    interactive: true,
    isScreenReaderEnabled: isAccessible,
    maxFps: 60,
    patchConsole: false,
  });
  await app.waitUntilExit();
};
