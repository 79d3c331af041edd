import type { Choice, Effect } from './screen.ts';

/** A line, or one key, that is asked for. */
export interface Prompt {
  /** The screen that asked. */
  readonly owner: symbol;
  readonly isKey: boolean;
  /** Is the line a command, for the shell to run? */
  readonly isPalette: boolean;
  readonly label: string;
  readonly text: string;
  /** What could be meant, best first. */
  readonly choices: readonly Choice[];
  /** Which of them the arrows stand on. */
  readonly chosen: number;
  readonly entered: (text: string) => unknown;
  readonly typing: (text: string) => unknown;
  readonly choicesOf: (text: string) => readonly Choice[];
}

type Asking = Extract<Effect<unknown>, { type: 'ask' | 'ask-key' }>;

/** @param paths - what the begun name of a file could become. */
export const promptOf = (owner: symbol, asking: Asking, paths: (begun: string) => readonly string[]): Prompt => {
  const isKey = asking.type === 'ask-key';
  const { label, entered } = asking;
  const plain = {
    owner,
    isKey,
    isPalette: false,
    label,
    entered,
    text: '',
    chosen: 0,
    choices: [],
    typing: () => undefined,
    choicesOf: () => [],
  };
  if (asking.type === 'ask-key') return plain;
  const { text = '', typing = plain.typing, completes } = asking;
  const files = (begun: string): readonly Choice[] => paths(begun).map((path) => ({ text: path, does: path }));
  const choicesOf = completes === 'paths' ? files : (asking.choices ?? plain.choicesOf);
  return { ...plain, text, typing, choicesOf, choices: choicesOf(text) };
};

/** The prompt after a key, null when it is closed; and what its screen is told, if anything. */
interface Prompted {
  readonly prompt: Prompt | null;
  readonly action?: unknown;
}

const typed = (prompt: Prompt, text: string): Prompted => ({
  prompt: { ...prompt, text, chosen: 0, choices: prompt.choicesOf(text) },
  action: prompt.typing(text),
});

const chosenBy = (prompt: Prompt, step: number): Prompted => {
  const last = prompt.choices.length - 1;
  return { prompt: { ...prompt, chosen: Math.max(0, Math.min(last, prompt.chosen + step)) } };
};

const withoutLastWord = (text: string): string => text.replace(/\S*\s*$/, '');

/** A key while a line is asked for. */
export const pressInPrompt = (prompt: Prompt, key: string): Prompted => {
  const { text, choices, chosen } = prompt;
  if (key === 'escape' || key === 'ctrl-c') return { prompt: null, action: prompt.typing('') };
  if (prompt.isKey) return { prompt: null, action: prompt.entered(key) };
  switch (key) {
    case 'enter':
      return { prompt: null, action: prompt.entered(text) };
    case 'backspace':
      return text === '' ? { prompt: null, action: prompt.typing('') } : typed(prompt, [...text].slice(0, -1).join(''));
    case 'ctrl-u':
      return typed(prompt, '');
    case 'ctrl-w':
      return typed(prompt, withoutLastWord(text));
    case 'tab': {
      const choice = choices[chosen];
      return choice === undefined ? { prompt } : typed(prompt, choice.text);
    }
    case 'down':
      return chosenBy(prompt, 1);
    case 'up':
      return chosenBy(prompt, -1);
    default:
      return [...key].length === 1 ? typed(prompt, text + key) : { prompt };
  }
};
