import { expect, vi } from 'vitest';
import { textOf } from './row.ts';
import { frameRows } from './shell/frame-rows.ts';
import { keymapOf } from './shell/keymap.ts';
import type { Outside } from './shell/outside.ts';
import type { Effect, Standing } from './shell/screen.ts';
import { topOf } from './shell/shell.ts';
import { storeOf } from './shell/store.ts';
import { widthOf } from './text.ts';
import type { Size } from './view.ts';

/** Screens as a person has them, but for the terminal. */
export interface TestScreens {
  /** Presses keys one after the other: letters one by one, names between angle brackets, as in `jj<enter>`. */
  readonly type: (keys: string) => void;
  /** Waits until the frame has `wanted` in it. @returns the frame. @throws when it has not within 10 s. */
  readonly shows: (wanted: string | RegExp) => Promise<string>;
  readonly frame: () => string;
  readonly top: () => Standing;
}

/** A busy machine draws late; nothing here is timed. */
const patience = { timeout: 10_000, interval: 5 };

const has = (frame: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? frame.includes(wanted) : wanted.test(frame);

export const screensOn = (first: Standing, outside: Outside, size: Size = { columns: 80, rows: 24 }): TestScreens => {
  const store = storeOf(first, outside, { size, keymap: keymapOf(new Map()) }, () => ({
    quit: () => {},
    lend: (use) => use(),
  }));
  const frame = () => frameRows(store.shell()).map(textOf).join('\n').replace(/ +$/gm, '');
  return {
    type: (keys) => store.press([...keys.matchAll(/<([^>]+)>|[^<]/gu)].map(([key, name]) => name ?? key)),
    shows: (wanted) =>
      vi.waitFor(() => {
        const now = frame();
        if (!has(now, wanted)) throw new Error(`Cannot find ${wanted} in\n${now}`);
        return now;
      }, patience),
    frame,
    top: () => topOf(store.shell()),
  };
};

/** A screen that has to be fetched. */
export const fetched = (effect: Effect<never>, outside: Outside): Promise<Standing> => {
  if (effect.type !== 'fetch') throw new Error(`This does not fetch a screen: ${effect.type}`);
  return effect.screen(outside, new AbortController().signal);
};

/** What is left of terminals of 80×24 and 120×40, and of ones that are just larger, or very large. */
const sizes: readonly Size[] = [
  [80, 20],
  [120, 36],
  [81, 21],
  [250, 76],
].map(([columns = 0, rows = 0]) => ({ columns, rows }));

/** No line of it is wider than the terminal, and there are not too many. */
export const expectToFit = (standing: Standing): void => {
  for (const size of sizes) {
    const rows = standing.body(size);
    expect(rows.length).toBeLessThanOrEqual(size.rows);
    expect(Math.max(0, ...rows.map((row) => widthOf(textOf(row))))).toBeLessThanOrEqual(size.columns);
  }
};
