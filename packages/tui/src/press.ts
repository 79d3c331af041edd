import { bindingOf } from './bindings.ts';
import { ask, pressInPrompt } from './prompt.ts';
import type { Surroundings } from './surroundings.ts';
import { browsing, jumped, type Step, said, type Ui } from './ui.ts';

const setMark = (ui: Ui, letter: string): Step =>
  said({ ...ui, marks: { ...ui.marks, [letter]: ui.position } }, `Mark ${letter} is at position ${ui.position}`);

const goToMark = (ui: Ui, letter: string): Step => {
  const target = letter === "'" ? ui.back : ui.marks[letter];
  return target === undefined ? said(ui, `There is no mark ${letter}: m${letter} sets it`) : jumped(ui, target);
};

const pressLetter = (ui: Ui, key: string, verb: 'set' | 'go'): Step => {
  if (key === 'escape') return { ui: { ...ui, mode: browsing } };
  const isBack = verb === 'go' && key === "'";
  if (!isBack && !/^[a-z]$/.test(key)) return said(ui, 'A mark is a letter from a to z');
  return verb === 'set' ? setMark(ui, key) : goToMark(ui, key);
};

const pressBrowsing = (ui: Ui, key: string, around: Surroundings): Step => {
  const binding = bindingOf(key);
  const quiet = { ...ui, message: null };
  if (binding !== undefined) return binding.press(quiet, around);
  if (/^\d$/.test(key)) return ask(quiet, 'seek', key);
  return key === 'escape' ? { ui: quiet } : said(ui, `No such key: ${key} (? lists them)`);
};

/** What a key does to the screen: pure, whatever the mode. */
export const press = (ui: Ui, key: string, around: Surroundings): Step => {
  switch (ui.mode.kind) {
    case 'browse':
      return pressBrowsing(ui, key, around);
    case 'help':
    case 'read':
      return { ui: { ...ui, mode: browsing } };
    case 'prompt':
      return pressInPrompt(ui, key, around);
    case 'letter':
      return pressLetter(ui, key, ui.mode.verb);
  }
};
