import { matcher, searchFrom } from '@custody/replay';
import { targetOf } from './seek.ts';
import { type Surroundings, stepBy } from './surroundings.ts';
import { browsing, jumped, type Question, type Step, said, type Ui } from './ui.ts';

/** Opens a prompt, with what was typed already. */
export const ask = (ui: Ui, question: Question, text = ''): Step => ({
  ui: { ...ui, message: null, mode: { kind: 'prompt', question, text } },
});

/** Looks for a pattern from here; when nothing is found, says so and stays. */
export const search = (
  ui: Ui,
  { timeline }: Surroundings,
  pattern: string | null,
  direction: 'forward' | 'backward',
): Step => {
  if (pattern === null || pattern === '') return said(ui, 'Nothing to search for yet: / asks');
  try {
    const found = searchFrom(timeline, matcher(pattern), ui.position, direction);
    const sought = { ...ui, pattern };
    if (found !== null) return jumped(sought, found);
    const where = direction === 'forward' ? 'after' : 'before';
    return said(sought, `Not found ${where} position ${ui.position}: ${pattern}`);
  } catch (error) {
    return said(ui, error instanceof Error ? error.message : String(error));
  }
};

const seek = (ui: Ui, around: Surroundings, text: string): Step => {
  const target = targetOf(text, ui.position, around);
  if (target !== null) return jumped(ui, target.position, target.remark);
  return said(ui, `Cannot go to "${text}": type a position (120), a distance (+5), a time (27.35s) or $ for the end`);
};

const answer = (ui: Ui, around: Surroundings, question: Question, text: string): Step => {
  if (question === 'search') return search(ui, around, text === '' ? ui.pattern : text, 'forward');
  if (text.trim() === '') return { ui: { ...ui, mode: browsing } };
  if (question === 'seek') return seek(ui, around, text);
  return {
    ui: { ...ui, mode: browsing, message: 'Keeping the note …' },
    effect: { type: 'add-note', position: ui.position, body: text.trim() },
  };
};

/** Digits before a step are a count, as in vi. */
const countedSteps: Readonly<Record<string, 1 | -1>> = { j: 1, down: 1, k: -1, up: -1 };

/** A key while a prompt is open. */
export const pressInPrompt = (ui: Ui, key: string, around: Surroundings): Step => {
  if (ui.mode.kind !== 'prompt') return { ui };
  const { question, text } = ui.mode;
  const direction = countedSteps[key];
  if (question === 'seek' && direction !== undefined && /^\d+$/.test(text)) {
    return stepBy({ ...ui, mode: browsing }, around, direction * Number(text));
  }
  if (key === 'escape' || (key === 'backspace' && text === '')) return { ui: { ...ui, mode: browsing } };
  if (key === 'enter') return answer({ ...ui, mode: browsing }, around, question, text);
  if (key === 'backspace') return ask(ui, question, [...text].slice(0, -1).join(''));
  if (key === 'ctrl-u') return ask(ui, question, '');
  return [...key].length === 1 ? ask(ui, question, text + key) : { ui };
};
