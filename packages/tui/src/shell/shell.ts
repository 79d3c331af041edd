import { choicesOf, effectOf, type Vocabulary } from '../palette/palette.ts';
import type { Size } from '../view.ts';
import { anywhere } from './anywhere.ts';
import type { Keymap } from './keymap.ts';
import { type Prompt, pressInPrompt, promptOf } from './prompt.ts';
import type { Effect, Standing, Stood } from './screen.ts';

/** All that there is on the terminal: the screens, the last one in sight, and what is typed below it. */
export interface Shell {
  readonly stack: readonly [Standing, ...Standing[]];
  readonly prompt: Prompt | null;
  /** Digits typed before a key. */
  readonly count: string;
  /** Said until the next key. */
  readonly says: string | null;
  /** Of the whole terminal. */
  readonly size: Size;
  readonly keymap: Keymap;
  /** What lines can be completed to. */
  readonly vocabulary: Vocabulary;
}

/** An effect that the pure part cannot bring about, and the screen that asked for it. */
export interface Job {
  readonly owner: symbol;
  readonly effect: Effect<unknown>;
}

export interface ShellStep {
  readonly shell: Shell;
  readonly jobs: readonly Job[];
}

/** Title, place and footer are the shell's; a row below stays free, as ink clears all for a frame as tall as the terminal. */
const ownRows = 4;

/** What is left to a screen. */
export const bodySize = ({ columns, rows }: Size): Size => ({ columns, rows: Math.max(0, rows - ownRows) });

export const topOf = ({ stack }: Shell): Standing => stack.at(-1) ?? stack[0];

const withTop = (shell: Shell, standing: Standing): Shell => ({
  ...shell,
  stack: [...shell.stack.slice(0, -1), standing] as unknown as Shell['stack'],
});

const needsOf = (shell: Shell): ShellStep => {
  const top = topOf(shell);
  return bringAbout(shell, top.id, top.needs(bodySize(shell.size)));
};

/** The shell as it opens, and what its first screen asks for. */
export const openedShell = (first: Standing, size: Size, keymap: Keymap, vocabulary: Vocabulary): ShellStep =>
  needsOf({ stack: [first], prompt: null, count: '', says: null, size, keymap, vocabulary });

const left = (shell: Shell, owner: symbol): ShellStep => {
  const stack = shell.stack.slice(0, -1);
  if (stack.length === 0) return { shell, jobs: [{ owner, effect: { type: 'quit' } }] };
  const below = needsOf({ ...shell, stack: stack as unknown as Shell['stack'], says: null });
  return { ...below, jobs: [{ owner, effect: { type: 'back' } }, ...below.jobs] };
};

const opened = (shell: Shell, screen: Standing): ShellStep =>
  needsOf({ ...shell, stack: [...shell.stack, screen], says: null });

/** Presses a binding by its full name, wherever it is. */
const pressNamed = (shell: Shell, name: string): ShellStep => {
  const global = anywhere.find((binding) => `any.${binding.id}` === name);
  const top = topOf(shell);
  if (global !== undefined) return bringAbout(shell, top.id, global.effects(top, shell.keymap));
  const count = shell.count === '' ? null : Number(shell.count);
  const binding = name.slice(top.name.length + 1);
  return settle({ ...shell, count: '' }, top.press(binding, { count, size: bodySize(shell.size) }));
};

const bringOneAbout = (shell: Shell, owner: symbol, effect: Effect<unknown>): ShellStep => {
  switch (effect.type) {
    case 'back':
      return left(shell, owner);
    case 'back-and-press': {
      const below = left(shell, owner);
      const pressed = pressNamed(below.shell, effect.binding);
      return { shell: pressed.shell, jobs: [...below.jobs, ...pressed.jobs] };
    }
    case 'open':
      return opened(shell, effect.screen);
    case 'palette':
      return { shell: { ...shell, prompt: paletteOf(shell, owner) }, jobs: [{ owner, effect }] };
    case 'ask':
    case 'ask-key':
      return { shell: { ...shell, prompt: promptOf(owner, effect, shell.vocabulary.paths) }, jobs: [] };
    case 'fetch':
      return { shell: { ...shell, says: shell.says ?? `${effect.name} …` }, jobs: [{ owner, effect }] };
    case 'quit':
    case 'work':
    case 'lend-terminal':
    case 'stop':
      return { shell, jobs: [{ owner, effect }] };
  }
};

/** Effects, one after the other. */
const bringAbout = (shell: Shell, owner: symbol, effects: readonly Effect<unknown>[]): ShellStep => {
  let step: ShellStep = { shell, jobs: [] };
  for (const effect of effects) {
    const { shell: next, jobs } = bringOneAbout(step.shell, owner, effect);
    step = { shell: next, jobs: [...step.jobs, ...jobs] };
  }
  return step;
};

/** Takes in what the screen in sight has answered. */
const settle = (shell: Shell, { standing, says, effects }: Stood): ShellStep =>
  bringAbout({ ...withTop(shell, standing), says: says ?? shell.says }, standing.id, effects);

/** News for a screen, in sight or below; one that was left is told nothing. */
export const tell = (shell: Shell, owner: symbol, action: unknown): ShellStep => {
  const standing = shell.stack.find(({ id }) => id === owner);
  if (standing === undefined) return { shell, jobs: [] };
  const { standing: next, says, effects } = standing.act(action, bodySize(shell.size));
  const stack = shell.stack.map((other) => (other.id === owner ? next : other)) as unknown as Shell['stack'];
  const isInSight = topOf(shell).id === owner;
  return bringAbout({ ...shell, stack, says: isInSight ? (says ?? shell.says) : shell.says }, owner, effects);
};

/** A screen that was fetched is here. */
export const fetched = (shell: Shell, screen: Standing): ShellStep => opened(shell, screen);

export const say = (shell: Shell, says: string): ShellStep => ({ shell: { ...shell, says }, jobs: [] });

export const resized = (shell: Shell, size: Size): ShellStep => needsOf({ ...shell, size });

const paletteOf = ({ vocabulary }: Shell, owner: symbol, text = ''): Prompt => {
  const choices = (line: string) => choicesOf(vocabulary, line);
  return {
    ...promptOf(owner, { type: 'ask', label: ':', text, entered: (line) => line, choices }, vocabulary.paths),
    isPalette: true,
  };
};

/** Which runs there are is known now: a command line that is being typed can be completed to them. */
export const runsKnown = (shell: Shell, titles: readonly string[]): ShellStep => {
  const known = { ...shell, vocabulary: { ...shell.vocabulary, titles } };
  const { prompt } = shell;
  if (prompt === null || !prompt.isPalette) return { shell: known, jobs: [] };
  return { shell: { ...known, prompt: paletteOf(known, prompt.owner, prompt.text) }, jobs: [] };
};

/** A line for the screen in sight, else a command. */
const lineTyped = (shell: Shell, text: string): ShellStep => {
  const top = topOf(shell);
  const stood = top.line(text, bodySize(shell.size));
  if (stood !== null) return settle(shell, stood);
  const effect = effectOf(shell.vocabulary.verbs, text);
  return typeof effect === 'string' ? say(shell, effect) : bringAbout(shell, top.id, [effect]);
};

const pressAsked = (shell: Shell, prompt: Prompt, key: string): ShellStep => {
  const { prompt: next, action } = pressInPrompt(prompt, key);
  const asked = { ...shell, prompt: next };
  if (action === undefined) return { shell: asked, jobs: [] };
  return prompt.isPalette ? lineTyped(asked, String(action)) : tell(asked, prompt.owner, action);
};

const isCount = ({ count }: Shell, key: string): boolean => /^[1-9]$/.test(key) || (key === '0' && count !== '');

/** What a key does: pure, whatever is in sight. */
export const press = (shell: Shell, key: string): ShellStep => {
  if (shell.prompt !== null) return pressAsked(shell, shell.prompt, key);
  const quiet = { ...shell, says: null };
  // Escape gives up what was begun, and leaves no first screen.
  if (key === 'escape' && (shell.count !== '' || shell.stack.length === 1)) {
    return { shell: { ...quiet, count: '' }, jobs: [] };
  }
  const name = shell.keymap.nameOf(topOf(shell), key);
  if (name !== undefined) return pressNamed(quiet, name);
  if (isCount(shell, key)) return { shell: { ...quiet, count: shell.count + key }, jobs: [] };
  return say({ ...quiet, count: '' }, `No such key: ${key} (? lists them)`);
};

/** What the mouse does, in cells of the whole terminal. */
export const pointed = (shell: Shell, mouse: Mouse): ShellStep => {
  if (shell.prompt !== null) return { shell, jobs: [] };
  const size = bodySize(shell.size);
  const quiet = { ...shell, says: null };
  const top = topOf(shell);
  if (mouse.kind === 'wheel') return settle(quiet, top.wheel(mouse.lines, size));
  const row = mouse.row - 1;
  if (row < 0 || row >= size.rows) return { shell, jobs: [] };
  return settle(quiet, top.click({ column: mouse.column, row }, size));
};

export type Mouse =
  | { readonly kind: 'wheel'; readonly lines: number }
  | { readonly kind: 'click'; readonly column: number; readonly row: number };
