import { keymapOf } from './shell/keymap.ts';
import type { Outside } from './shell/outside.ts';
import type { Standing } from './shell/screen.ts';
import { type Hands, storeOf } from './shell/store.ts';
import { heardOutput } from './terminal/cast.ts';
import { modes } from './terminal/modes.ts';
import { painterOf } from './terminal/painter.ts';
import { thriftyOutput } from './terminal/thrifty-output.ts';
import type { Terminal } from './view.ts';

export interface ScreensOptions {
  /** Keys by the full names of bindings, instead of their own. */
  readonly keys?: ReadonlyMap<string, readonly string[]>;
  /** Bindings of the first screen, by their full names, that are pressed as it opens. */
  readonly begin?: readonly string[];
  /** Says everything in lines without boxes, for a screen reader. @default false */
  readonly isAccessible?: boolean;
  /** The terminal has only ASCII. @default false */
  readonly isAscii?: boolean;
  /** Hears of everything that is written to the terminal. */
  readonly hear?: (text: string) => void;
}

const checkTerminal = ({ stdin, stdout }: Terminal, first: Standing): void => {
  if (stdin.isTTY === true && stdout.isTTY === true) return;
  const instead = first.command();
  const hint = instead === null ? '' : `: "${instead}" prints the same as text`;
  throw new Error(`Cannot open the screen as input and output must be a terminal${hint}`);
};

/** A terminal with another screen on it, and back. */
const ownScreen = ({ stdin, stdout }: Terminal, { isAccessible = false, isAscii = false, hear }: ScreensOptions) => {
  const heard = hear === undefined ? stdout : heardOutput(stdout, hear);
  const output = isAccessible ? heard : thriftyOutput(heard, { isAscii });
  const tell = (text: string): void => {
    if (!isAccessible) output.write(text);
  };
  return {
    output,
    tell,
    enter: () => tell(modes.on),
    leave: () => tell(modes.off),
    takeKeys: (isOn: boolean) => stdin.setRawMode?.(isOn),
  };
};

/**
 * Shows screens on the terminal until the person leaves the first one, then leaves the terminal as it was.
 *
 * The first frame is there before ink is loaded, which takes longer than all the rest; keys typed meanwhile wait.
 *
 * @returns a promise that settles once the terminal is restored.
 * @throws Error when one of the streams is no terminal.
 */
export const openScreens = async (
  first: Standing,
  outside: Outside,
  terminal: Terminal,
  options: ScreensOptions = {},
): Promise<void> => {
  checkTerminal(terminal, first);
  const { keys = new Map(), begin = [], isAccessible = false } = options;
  const keymap = keymapOf(keys);
  const { stdin, stdout } = terminal;
  const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
  const isColored = stdout.hasColors?.() ?? false;
  const screen = ownScreen(terminal, options);
  let hands: Hands | undefined;
  const store = storeOf(first, outside, { size, keymap }, () => {
    if (hands === undefined) throw new Error('Cannot use the terminal as nothing is drawn yet');
    return hands;
  });
  const painter = isAccessible ? null : painterOf(store, screen.output, isColored, outside);
  const giveHands = ({ quit, lend }: Hands): void => {
    hands = {
      quit,
      lend: (use) =>
        lend(async () => {
          painter?.lend(true);
          screen.leave();
          try {
            await use();
          } finally {
            screen.enter();
            painter?.lend(false);
          }
        }),
    };
  };
  const pressFirst = (): void => {
    const pressed = begin.flatMap((name) => {
      const own = first.bindings.find(({ id }) => name === `${first.name}.${id}`)?.keys ?? [];
      return keymap.keysOf(name, own).slice(0, 1);
    });
    if (pressed.length > 0) store.press(pressed);
  };
  // Before the first frame, so that no key typed over it is echoed.
  screen.takeKeys(true);
  screen.enter();
  try {
    painter?.paint();
    pressFirst();
    const { runInk } = await import('./ink-app.tsx');
    await runInk({ store, terminal: { stdin, stdout: screen.output }, isAccessible, giveHands });
  } finally {
    painter?.close();
    store.close();
    screen.leave();
    screen.takeKeys(false);
  }
};
