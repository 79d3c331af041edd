import { type Row, span } from '../row.ts';
import { type Effect, type KeyBinding, type Screen, type Standing, type Step, stand } from '../shell/screen.ts';
import { plain, wrapped } from '../text.ts';
import type { Size } from '../view.ts';

/** A text to be read, from some line on. */
interface Text {
  readonly title: string;
  readonly from: string;
  /** Prints the same; null where nothing does. */
  readonly command: string | null;
  readonly lines: readonly string[];
  /** The first row in sight, once the lines are broken to the width of the screen. */
  readonly top: number;
}

const brokenTo = (width: number, { lines }: Text): readonly string[] =>
  lines.flatMap((line) => wrapped(plain(line), width));

const scrolled = (state: Text, lines: number, { columns, rows }: Size): Step<Text, never> => {
  const last = Math.max(0, brokenTo(columns, state).length - rows);
  return { state: { ...state, top: Math.max(0, Math.min(last, state.top + lines)) } };
};

const scroll = (
  id: string,
  keys: readonly string[],
  does: string,
  lines: (size: Size) => number,
  hint?: string,
): KeyBinding<Text, never> => ({
  id,
  keys,
  does,
  ...(hint === undefined ? {} : { hint }),
  press: (state, { count, size }) => scrolled(state, lines(size) * (count ?? 1), size),
});

const keys: readonly KeyBinding<Text, never>[] = [
  scroll('down', ['j', 'down'], 'a line down', () => 1, 'down'),
  scroll('up', ['k', 'up'], 'a line up', () => -1, 'up'),
  scroll('page-down', [' ', 'pagedown'], 'a page down', ({ rows }) => rows, 'page'),
  scroll('page-up', ['b', 'pageup'], 'a page up', ({ rows }) => -rows),
  scroll('start', ['g', 'home'], 'the first line', () => Number.NEGATIVE_INFINITY),
  scroll('end', ['G', 'end'], 'the last line', () => Number.POSITIVE_INFINITY),
];

export const textScreen: Screen<Text, never> = {
  name: 'text',
  keys,
  title: ({ title, from }) => ({ left: title, right: from }),
  place: ({ lines }) => (lines.length === 1 ? '1 line' : `${lines.length} lines`),
  command: ({ command }) => command,
  body: (state, { columns, rows }) =>
    brokenTo(columns, state)
      .slice(state.top, state.top + rows)
      .map((line): Row => [span(line)]),
  spoken: ({ lines, from }) => [...lines, from],
  act: (state) => ({ state }),
  wheel: scrolled,
};

/** A text to be read, with nothing cut. */
export const textOn = (text: Omit<Text, 'top'>): Standing => stand(textScreen, { ...text, top: 0 });

/** Runs a command and shows what it printed. */
export const outputOf = (words: readonly string[]): Effect<unknown> => {
  const command = `custody ${words.join(' ')}`;
  return {
    type: 'fetch',
    name: `run ${command}`,
    screen: async (outside, signal) => {
      const { text, code } = await outside.command(words, signal);
      return textOn({ title: command, from: `exit code ${code}`, command, lines: text.trimEnd().split('\n') });
    },
  };
};
