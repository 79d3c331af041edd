import type { Workbench } from '@custody/workbench';
import { textOf } from '../row.ts';
import type { Size } from '../view.ts';
import { frameRows } from './frame-rows.ts';
import { keymapOf } from './keymap.ts';
import type { Outside, Verb } from './outside.ts';
import type { Standing } from './screen.ts';
import { openedShell, press, type Shell, type ShellStep } from './shell.ts';

const someVerbs: readonly Verb[] = [
  { name: 'show', words: ['<run>'], does: 'print events', options: ['--from', '--to', '--grep'] },
  { name: 'state', words: ['<run>'], does: 'print the world', options: ['--at'] },
  { name: 'note add', words: ['<run>'], does: 'add a note', options: ['--body'] },
];

/** A shell with one screen on it. */
export const shellOn = (screen: Standing, size: Size = { columns: 80, rows: 24 }): Shell =>
  openedShell(screen, size, keymapOf(new Map()), { verbs: someVerbs, titles: [], paths: () => [] }).shell;

/** Presses one key after the other; letters one by one, names between angle brackets: `/EBUSY<enter>`. */
export const typedInto = (shell: Shell, keys: string): ShellStep =>
  [...keys.matchAll(/<([^>]+)>|[^<]/gu)].reduce<ShellStep>((step, [key, name]) => press(step.shell, name ?? key), {
    shell,
    jobs: [],
  });

/** The frame as text, a line per row. */
export const textShown = (shell: Shell): readonly string[] => frameRows(shell).map(textOf);

/** A world outside in which nothing can be done but what a test gives. */
export const outsideWith = (given: Partial<Outside>): Outside => ({
  desk: {} as Workbench,
  author: () => 'me',
  now: () => 0,
  pause: () => Promise.resolve(),
  sleep: () => Promise.resolve(),
  verbs: someVerbs,
  paths: () => [],
  command: () => Promise.reject(new Error('no commands here')),
  edit: () => Promise.reject(new Error('no editor here')),
  stop: () => Promise.reject(new Error('nobody to stop')),
  ...given,
});
