import { expect } from 'vitest';
import { textOf } from './row.ts';
import type { Outside } from './shell/outside.ts';
import type { Effect, Standing } from './shell/screen.ts';
import { widthOf } from './text.ts';
import type { Size } from './view.ts';

/** The sizes of a body in a terminal of 80×24, of 120×40, and in ones that are narrow or wide. */
export const sizes: readonly Size[] = [
  [80, 20],
  [120, 36],
  [81, 21],
  [250, 76],
].map(([columns = 0, rows = 0]) => ({ columns, rows }));

export const small: Size = { columns: 80, rows: 20 };

export const bodyText = (standing: Standing, size = small): string =>
  standing.body(size).map(textOf).join('\n').replace(/ +$/gm, '');

/** No line is wider than the screen, and there are not too many. */
export const expectToFit = (standing: Standing): void => {
  for (const size of sizes) {
    const rows = standing.body(size);
    expect(rows.length).toBeLessThanOrEqual(size.rows);
    expect(Math.max(0, ...rows.map((row) => widthOf(textOf(row))))).toBeLessThanOrEqual(size.columns);
  }
};

/** What a screen has become by some keys: how it stands, what it said, what it asked for. */
export interface Pressed {
  readonly standing: Standing;
  readonly says: string | undefined;
  readonly effects: readonly Effect<unknown>[];
}

/** Presses keys one after the other; letters one by one, names between angle brackets: `jj<enter>`. */
export const pressed = (from: Standing, keys: string, size = small): Pressed =>
  [...keys.matchAll(/<([^>]+)>|[^<]/gu)].reduce<Pressed>(
    ({ standing }, [key, name]) => {
      const binding = standing.bindings.find((one) => one.keys.includes(name ?? key));
      if (binding === undefined) throw new Error(`The screen ${standing.name} has no key ${name ?? key}`);
      const stood = standing.press(binding.id, { count: null, size });
      return { standing: stood.standing, says: stood.says, effects: stood.effects };
    },
    { standing: from, says: undefined, effects: [] },
  );

/** Answers the question that the screen has asked. */
export const answered = ({ standing, effects }: Pressed, text: string): Pressed => {
  const [asked] = effects;
  if (asked?.type !== 'ask') throw new Error(`The screen ${standing.name} has asked nothing`);
  const stood = standing.act(asked.answered(text), small);
  return { standing: stood.standing, says: stood.says, effects: stood.effects };
};

/** Does the work that a screen asked for, and whatever that asks for in turn; the screen then. */
export const worked = async (
  standing: Standing,
  effects: readonly Effect<unknown>[],
  outside: Outside,
): Promise<Standing> => {
  let now = standing;
  for (const effect of effects) {
    if (effect.type === 'fetch') return effect.screen(outside, new AbortController().signal);
    if (effect.type === 'open') return effect.screen;
    if (effect.type !== 'work' && effect.type !== 'lend-terminal') throw new Error(`Cannot do ${effect.type} here`);
    const heard: unknown[] = [];
    await effect.run(outside, (action) => heard.push(action), new AbortController().signal);
    for (const action of heard) {
      const stood = now.act(action, small);
      now = await worked(stood.standing, stood.effects, outside);
    }
  }
  return now;
};
