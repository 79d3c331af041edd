import { labelOf } from '../help/labels.ts';
import { cutRow, type Row, type Span, span } from '../row.ts';
import { cut, fit, plain, tail, widthOf } from '../text.ts';
import { anywhere } from './anywhere.ts';
import type { Prompt } from './prompt.ts';
import type { ShownBinding } from './screen.ts';
import { bodySize, type Shell, topOf } from './shell.ts';

/** The smallest terminal with a whole screen. */
const smallest = { columns: 80, rows: 24 };

const titleRow = (shell: Shell): Row => {
  const { columns } = shell.size;
  const { left, right } = topOf(shell).title();
  const name = cut(plain(` ${left}`), columns);
  const source = cut(plain(`${right} `), Math.max(0, columns - widthOf(name) - 2));
  return [span(fit(name, columns - widthOf(source)), 'inverse'), span(source, 'inverse')];
};

/** Where one is, and the command that prints the same. */
const placeRow = (shell: Shell): Row => {
  const top = topOf(shell);
  const command = top.command();
  const beside = command === null ? [] : [span(' · ', 'dim'), span(command, 'accent')];
  return cutRow([span(top.place(), 'strong'), ...beside], shell.size.columns);
};

/** A key with a word; nothing when it has none, or no key. */
const hintOf = ({ keymap }: Shell, name: string, { keys, hint }: Pick<ShownBinding, 'keys' | 'hint'>): Row => {
  const [key] = keymap.keysOf(name, keys);
  return hint === undefined || key === undefined ? [] : [span(labelOf(key), 'strong'), span(` ${hint}  `)];
};

const widthOfRow = (row: Row): number => row.reduce((sum, { text }) => sum + widthOf(text), 0);

/** The keys that work here, as many as there is room for; those that work anywhere are always among them. */
const hintRow = (shell: Shell): Row => {
  const { name: screen, bindings } = topOf(shell);
  const leave = shell.stack.length === 1 ? 'quit' : 'back';
  const always = anywhere.flatMap((binding) =>
    hintOf(shell, `any.${binding.id}`, binding.id === 'back' ? { ...binding, hint: leave } : binding),
  );
  const hints: Span[] = [];
  let left = shell.size.columns - widthOfRow(always);
  for (const binding of bindings.filter(({ works }) => works)) {
    const hint = hintOf(shell, `${screen}.${binding.id}`, binding);
    left -= widthOfRow(hint);
    if (left < 0) break;
    hints.push(...hint);
  }
  return cutRow([...hints, ...always], shell.size.columns);
};

const promptRow = ({ label, text, isKey }: Prompt, width: number): Row => {
  if (isKey) return cutRow([span(label, 'strong')], width);
  return [span(label, 'strong'), span(tail(text, width - widthOf(label) - 1)), span(' ', 'inverse')];
};

/** The prompt, what was said last, digits typed, or the keys that work here. */
const inputRow = (shell: Shell): Row => {
  const { prompt, says, count, size } = shell;
  if (prompt !== null) return promptRow(prompt, size.columns);
  if (count !== '') return [span(count, 'strong'), span(' times, or Enter to go there', 'dim')];
  return says === null ? hintRow(shell) : [span(cut(plain(says), size.columns), 'strong')];
};

/** At most so many rows of what a line could become. */
const mostChoices = 8;

const choiceRows = ({ choices, chosen }: Prompt, width: number): readonly Row[] => {
  const top = Math.max(0, Math.min(choices.length - mostChoices, chosen - Math.floor(mostChoices / 2)));
  return choices.slice(top, top + mostChoices).map(({ does }, row): Row => {
    const sign = top + row === chosen ? '> ' : '  ';
    return [span(fit(cut(`${sign}${plain(does)}`, width), width), top + row === chosen ? 'strong' : 'dim')];
  });
};

/** The screen's body, exactly as tall as it may be, the choices of the prompt over its end. */
const bodyRows = (shell: Shell): readonly Row[] => {
  const size = bodySize(shell.size);
  const over = shell.prompt === null ? [] : choiceRows(shell.prompt, size.columns);
  const rows = topOf(shell)
    .body(size)
    .slice(0, size.rows - over.length);
  const blanks = Array.from({ length: Math.max(0, size.rows - over.length - rows.length) }, (): Row => []);
  return [...rows, ...blanks, ...over];
};

/** A whole frame, one row less than the terminal has; one line when the terminal is too small. */
export const frameRows = (shell: Shell): readonly Row[] => {
  const { columns, rows } = shell.size;
  if (columns < smallest.columns || rows < smallest.rows) {
    const asked = `${smallest.columns}x${smallest.rows}`;
    return [cutRow([span(`custody needs ${asked}, this is ${columns}x${rows} (Q quits)`)], columns)];
  }
  return [titleRow(shell), ...bodyRows(shell), placeRow(shell), inputRow(shell)];
};
