import { render } from 'ink';
import { keymapOf } from './shell/keymap.ts';
import type { Outside } from './shell/outside.ts';
import type { Standing } from './shell/screen.ts';
import { ShellView } from './shell/shell-view.tsx';
import { SpokenView } from './shell/spoken-view.tsx';
import { type Hands, storeOf } from './shell/store.ts';
import { thriftyOutput } from './terminal/thrifty-output.ts';
import type { Terminal } from './view.ts';

/** Mouse reports: clicks and the wheel, with positions of any size. */
export const mouse = { on: '\u001b[?1000h\u001b[?1006h', off: '\u001b[?1006l\u001b[?1000l' };

export interface ScreensOptions {
  /** Keys by the full names of bindings, instead of their own. */
  readonly keys?: ReadonlyMap<string, readonly string[]>;
  /** Says everything in lines without boxes, for a screen reader. @default false */
  readonly isAccessible?: boolean;
}

/**
 * Shows screens on the terminal until the person leaves the first one, then leaves the terminal as it was.
 *
 * @returns a promise that settles once the terminal is restored.
 * @throws Error when one of the streams is no terminal.
 */
export const openScreens = async (
  first: Standing,
  outside: Outside,
  { stdin, stdout }: Terminal,
  { keys = new Map(), isAccessible = false }: ScreensOptions = {},
): Promise<void> => {
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    const instead = first.command();
    const hint = instead === null ? '' : `: "${instead}" prints the same as text`;
    throw new Error(`Cannot open the screen as input and output must be a terminal${hint}`);
  }
  const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
  let hands: Hands | undefined;
  const store = storeOf(first, outside, { size, keymap: keymapOf(keys) }, () => {
    if (hands === undefined) throw new Error('Cannot use the terminal as nothing is drawn yet');
    return hands;
  });
  const setMouse = (isOn: boolean): void => {
    if (!isAccessible) stdout.write(isOn ? mouse.on : mouse.off);
  };
  const giveHands = ({ quit, lend }: Hands): void => {
    hands = {
      quit,
      lend: (use) =>
        lend(async () => {
          setMouse(false);
          await use();
          setMouse(true);
        }),
    };
  };
  const options = {
    stdin,
    stdout: isAccessible ? stdout : thriftyOutput(stdout),
    // A terminal in CI is still a terminal; ink would otherwise print only the last frame.
    interactive: true,
    alternateScreen: !isAccessible,
    isScreenReaderEnabled: isAccessible,
    maxFps: 60,
    patchConsole: false,
  };
  // Before the first frame, so that no key typed over it is echoed.
  stdin.setRawMode?.(true);
  try {
    const isColored = stdout.hasColors?.() ?? false;
    const view = isAccessible ? (
      <SpokenView store={store} giveHands={giveHands} />
    ) : (
      <ShellView store={store} isColored={isColored} giveHands={giveHands} />
    );
    const app = render(view, options);
    setMouse(true);
    await app.waitUntilExit();
  } finally {
    store.close();
    setMouse(false);
    stdin.setRawMode?.(false);
  }
};
