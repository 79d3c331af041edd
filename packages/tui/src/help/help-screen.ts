import { cutRow, type Row, span } from '../row.ts';
import { anywhere } from '../shell/anywhere.ts';
import type { Keymap } from '../shell/keymap.ts';
import { type Effect, type KeyBinding, type Screen, type Standing, type Step, stand } from '../shell/screen.ts';
import { fit } from '../text.ts';
import type { Size } from '../view.ts';
import { labelOf } from './labels.ts';

/** A line of the help: a key, or a sign that is drawn. */
interface Entry {
  /** The binding's full name; null for a sign. */
  readonly name: string | null;
  readonly label: string;
  readonly does: string;
}

interface Help {
  readonly of: string;
  readonly entries: readonly Entry[];
  readonly sought: string;
  readonly chosen: number;
}

type Sought = { readonly sought: string };

const found = ({ entries, sought }: Help): readonly Entry[] => {
  const words = sought.toLowerCase().split(/\s+/);
  return entries.filter(({ label, does, name }) => {
    const text = `${label} ${does} ${name ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
};

const moved = (state: Help, step: number): Step<Help, Sought> => {
  const last = found(state).length - 1;
  return { state: { ...state, chosen: Math.max(0, Math.min(last, state.chosen + step)) } };
};

const run = (state: Help): Step<Help, Sought> => {
  const entry = found(state)[state.chosen];
  if (entry === undefined || entry.name === null) return { state, says: 'That is a sign, not a key' };
  const effect: Effect<Sought> = { type: 'back-and-press', binding: entry.name };
  return { state, effects: [effect] };
};

const asking: Effect<Sought> = {
  type: 'ask',
  label: 'help on: ',
  entered: (sought) => ({ sought }),
  typing: (sought) => ({ sought }),
};

const keys: readonly KeyBinding<Help, Sought>[] = [
  {
    id: 'down',
    keys: ['j', 'down'],
    does: 'the next line',
    hint: 'down',
    press: (state, { count }) => moved(state, count ?? 1),
  },
  {
    id: 'up',
    keys: ['k', 'up'],
    does: 'the line before',
    hint: 'up',
    press: (state, { count }) => moved(state, -(count ?? 1)),
  },
  {
    id: 'page-down',
    keys: [' ', 'pagedown'],
    does: 'a page down',
    press: (state, { size }) => moved(state, size.rows),
  },
  { id: 'page-up', keys: ['b', 'pageup'], does: 'a page up', press: (state, { size }) => moved(state, -size.rows) },
  {
    id: 'search',
    keys: ['/'],
    does: 'only lines with these words',
    hint: 'search',
    press: (state) => ({ state, effects: [asking] }),
  },
  { id: 'run', keys: ['enter'], does: 'press the chosen key', hint: 'press it', press: run },
];

const rowOf = ({ name, label, does }: Entry, isChosen: boolean, width: number): Row =>
  cutRow(
    [
      span(isChosen ? '> ' : '  ', 'strong'),
      span(fit(label, 18), name === null ? 'accent' : 'strong'),
      span(` ${does}`, isChosen ? 'strong' : 'normal'),
    ],
    width,
  );

const body = (state: Help, { columns, rows }: Size): readonly Row[] => {
  const entries = found(state);
  if (entries.length === 0) return [[span(`Nothing here has "${state.sought}" in it`)]];
  const top = Math.max(0, Math.min(entries.length - rows, state.chosen - Math.floor(rows / 2)));
  return entries.slice(top, top + rows).map((entry, row) => rowOf(entry, top + row === state.chosen, columns));
};

const spoken = (state: Help): readonly string[] => {
  const entries = found(state);
  const entry = entries[state.chosen];
  return entry === undefined
    ? ['nothing found']
    : [`${entry.label}: ${entry.does}`, `${state.chosen + 1} of ${entries.length}`];
};

export const helpScreen: Screen<Help, Sought> = {
  name: 'help',
  keys,
  title: ({ of, sought }) => ({ left: `help on ${of}`, right: sought === '' ? '' : `with "${sought}"` }),
  place: (state) => `${state.chosen + 1}/${found(state).length}`,
  command: () => null,
  body,
  spoken,
  act: (state, { sought }) => ({ state: { ...state, sought, chosen: 0 } }),
  click: (state, { row }, { rows }) => {
    const top = Math.max(0, Math.min(found(state).length - rows, state.chosen - Math.floor(rows / 2)));
    return moved(state, top + row - state.chosen);
  },
  wheel: (state, lines) => moved(state, lines),
};

/** All keys of a screen, those that work anywhere, and the signs that it draws. */
export const helpOver = (screen: Standing, keymap: Keymap): Standing => {
  const own = screen.bindings.map(({ id, ...rest }) => ({ name: `${screen.name}.${id}`, ...rest }));
  const global = anywhere.map(({ id, ...rest }) => ({ name: `any.${id}`, ...rest }));
  const entries = [...own, ...global].map(
    ({ name, keys: usual, does }): Entry => ({ name, label: keymap.keysOf(name, usual).map(labelOf).join(' '), does }),
  );
  const signs = screen.signs.map(([label, does]): Entry => ({ name: null, label, does }));
  return stand(helpScreen, { of: screen.name, entries: [...entries, ...signs], sought: '', chosen: 0 });
};
