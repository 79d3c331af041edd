import { render } from 'ink';
import { ReplayScreen } from './replay-screen.tsx';
import type { ReplayView, Terminal } from './view.ts';

/**
 * Shows a run on the terminal until the person quits, then leaves the terminal as it was.
 *
 * @returns a promise that settles once the terminal is restored.
 * @throws Error when one of the streams is no terminal.
 */
export const openReplay = async (view: ReplayView, { stdin, stdout }: Terminal): Promise<void> => {
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw new Error(
      'Cannot open the replay screen as input and output must be a terminal: ' +
        `"custody state ${view.header.run} --at ${view.start}" prints the same as text`,
    );
  }
  const isColored = stdout.hasColors?.() ?? false;
  const options = {
    stdin,
    stdout,
    // A terminal in CI is still a terminal; ink would otherwise print only the last frame.
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: 30,
    patchConsole: false,
  };
  // Before the first frame, so that no key typed over it is echoed.
  stdin.setRawMode?.(true);
  try {
    await render(<ReplayScreen view={view} isColored={isColored} />, options).waitUntilExit();
  } finally {
    stdin.setRawMode?.(false);
  }
};
