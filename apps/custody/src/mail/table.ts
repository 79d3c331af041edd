import type { ArgumentRow } from '@custody/workbench';
import { fold, mailWidth } from '../print.ts';

/** Where the columns begin, after the number of the step. */
const firstColumn = 5;
/** The last column has room for the longest name of a function with its argument. */
const lastColumn = 33;
/** Columns nearer than this cannot be told apart, nor headed. */
const narrowest = 5;

/** Where each CPU's column begins; null when there are too many for columns. */
const columnsOf = (tasks: number): readonly number[] | null => {
  const gap = tasks < 2 ? 0 : Math.floor((lastColumn - firstColumn) / (tasks - 1));
  if (tasks > 1 && gap < narrowest) return null;
  return Array.from({ length: tasks }, (_, task) => firstColumn + gap * task);
};

const placed = (parts: readonly { readonly at: number; readonly text: string }[]): string =>
  parts.reduce((line, { at, text }) => `${line.padEnd(at)}${text}`, '').trimEnd();

const head = (columns: readonly number[]): readonly string[] => [
  placed(columns.map((at, task) => ({ at, text: `CPU${task}` }))),
  placed(columns.map((at) => ({ at, text: '----' }))),
];

/**
 * A schedule as kernel people draw a race: time goes down, each CPU has a column, and a step stands in the column of
 * the CPU that takes it. As only one CPU moves at a time, a step may run on below the columns to its right. More CPUs
 * than there is room for are written in front of their steps instead. No line is longer than a mail's.
 */
export const raceTable = (rows: readonly ArgumentRow[], tasks: number): readonly string[] => {
  const columns = columnsOf(tasks);
  const lines = rows.flatMap(({ step, task, words }) => {
    const at = columns === null ? firstColumn : (columns[task] ?? firstColumn);
    const prefix = columns === null ? `CPU${task}: ` : '';
    const indent = ' '.repeat(at + prefix.length);
    const folded = words.flatMap((word) => fold(indent + word, mailWidth, 2));
    return folded.map((line, index) =>
      index === 0 ? `${String(step).padStart(3)}${line.slice(3, at)}${prefix}${line.slice(indent.length)}` : line,
    );
  });
  return [...(columns === null ? [] : head(columns)), ...lines];
};
