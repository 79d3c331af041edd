import { fieldsOf, nameOf, type Position, position } from '@custody/trace';
import { commandLine } from '../command-line.ts';
import { replayOfReference } from '../replay/open-run.ts';
import { rule } from '../replay/place-rows.ts';
import { cutRow, type Row, span } from '../row.ts';
import { topFor } from '../scroll.ts';
import type { KeyBinding, Screen, Step } from '../shell/screen.ts';
import { fit } from '../text.ts';
import type { Size } from '../view.ts';
import { letterOf, listRows, sideWidth } from './compare-list.ts';
import type { Sides } from './compare-view.ts';
import {
  allFoldsToggled,
  type Compared,
  foldToggled,
  movedBy,
  rowOf,
  searched,
  toDifference,
  toFirstDifference,
  toOwnership,
} from './compared.ts';
import type { Side, SideLine } from './side-by-side.ts';
import { worldColumns } from './world-columns.ts';

type Sought = { readonly pattern: string };

const sides = ['left', 'right'] as const;

/** The heads of the columns; the rule over the worlds. */
const headRows = 1;
const ruleRows = 1;
const fewestWorldRows = 7;

interface Layout {
  readonly list: number;
  readonly worlds: number;
}

const layoutOf = ({ hasWorlds }: Compared, { rows }: Size): Layout => {
  const worlds = hasWorlds ? Math.max(fewestWorldRows, Math.floor(rows * 0.4)) : 0;
  return { worlds, list: Math.max(0, rows - headRows - (hasWorlds ? ruleRows : 0) - worlds) };
};

const start: SideLine = { left: null, right: null, places: { left: position(0), right: position(0) } };

/** The line at the cursor; the start of both where neither has anything to compare. */
const lineHere = ({ view: { lines }, line }: Compared): SideLine => (lines.count === 0 ? start : lines.at(line));

const placesAt = (state: Compared): Sides<Position> => lineHere(state).places;

const headRow = ({ view }: Compared, width: number): Row => {
  const [left = '', right = ''] = sides.map((side) =>
    fit(`${letterOf[side]} ${view.runs[side].header.title}`, sideWidth(width)),
  );
  return [span(' '), span(left, 'strong'), span('  │  ', 'dim'), span(right, 'strong')];
};

const body = (state: Compared, size: Size): readonly Row[] => {
  const { columns: width } = size;
  const { list: height, worlds } = layoutOf(state, size);
  const { view, list } = state;
  const cursor = rowOf(state);
  const top = topFor(cursor, list.count, height);
  const shown = listRows(view, list, { top, cursor, width, height });
  const blanks = Array.from({ length: height - shown.length }, (): Row => []);
  const below = state.hasWorlds
    ? [
        rule('the worlds here; * marks what is otherwise on the other side', width),
        ...worldColumns(view, lineHere(state), width, worlds),
      ]
    : [];
  return [headRow(state, width), ...shown, ...blanks, ...below].map((row) => cutRow(row, width));
};

const count = (value: number): string => value.toLocaleString('en');

/** What the comparison came to, in a few words. */
const verdictOf = ({ comparison }: Compared['view']['diff']): string => {
  if (comparison.kind === 'same') return `same: ${count(comparison.shared)} events`;
  if (comparison.kind === 'equivalent')
    return `equivalent: ${count(comparison.shared)} events, ${count(comparison.swaps)} swaps`;
  const { shared, onlyLeft, onlyRight, exact } = comparison;
  return `${count(shared)} in both, ${count(onlyLeft)} only A, ${count(onlyRight)} only B${exact ? '' : ', about'}`;
};

/** Which difference the cursor is in, or how many there are. */
const differenceAt = ({ list, line, differences }: Compared): string => {
  const number = differences.indexOf(list.blockOf(line));
  const all = count(differences.length);
  return number < 0 ? `alike here, ${all} differences` : `difference ${count(number + 1)}/${all}`;
};

const place = (state: Compared): string => {
  const { left, right } = placesAt(state);
  return `A ${left} · B ${right} · ${differenceAt(state)}`;
};

const cellText = ({ view, line }: Compared, side: Side): string => {
  const cell = view.lines.at(line)[side];
  if (cell === null) return `${letterOf[side]}: nothing`;
  const event = view.runs[side].timeline.at(cell.index);
  return `${letterOf[side]} ${cell.index + 1}: task ${event.task} ${nameOf(event)} ${fieldsOf(event)}`;
};

const leafText = (leaf: unknown): string =>
  leaf === null ? 'none' : Array.isArray(leaf) ? leaf.join(' ') || 'none' : String(leaf);

const spoken = (state: Compared): readonly string[] => {
  if (state.view.lines.count === 0) return ['Neither run has an event that is compared'];
  const shown = state.list.at(rowOf(state));
  const here =
    shown.kind === 'fold'
      ? [`lines ${shown.from + 1} to ${shown.to} are folded`]
      : sides.map((side) => cellText(state, side));
  const differing = state.view.worldsAt(placesAt(state));
  return [
    ...here,
    differenceAt(state),
    differing.length === 0 ? 'the worlds are the same' : `the worlds differ in ${differing.length}:`,
    ...differing.map(({ path, left, right }) => `${path}: A ${leafText(left)}, B ${leafText(right)}`),
  ];
};

type Binding = KeyBinding<Compared, Sought>;

const search: Binding['press'] = (state) => ({
  state,
  effects: [{ type: 'ask', label: '/', entered: (pattern) => ({ pattern }) }],
});

/** The run of one side, where one looks. */
const replay =
  (side: Side): Binding['press'] =>
  (state) => ({
    state,
    effects: [
      {
        type: 'fetch',
        name: `open ${state.names[side]}`,
        screen: (outside) => replayOfReference(outside, state.names[side], placesAt(state)[side]),
      },
    ],
  });

const pageOf = (state: Compared, size: Size): number => Math.max(1, layoutOf(state, size).list - 1);

const keys: readonly Binding[] = [
  {
    id: 'down',
    keys: ['j', 'down'],
    does: 'a line on',
    hint: 'line',
    press: (state, press) => movedBy(state, press.count ?? 1),
  },
  { id: 'up', keys: ['k', 'up'], does: 'a line back', press: (state, press) => movedBy(state, -(press.count ?? 1)) },
  {
    id: 'page-down',
    keys: [' ', 'pagedown'],
    does: 'a page on',
    press: (state, { size }) => movedBy(state, pageOf(state, size)),
  },
  {
    id: 'page-up',
    keys: ['b', 'pageup'],
    does: 'a page back',
    press: (state, { size }) => movedBy(state, -pageOf(state, size)),
  },
  {
    id: 'start',
    keys: ['g', 'home'],
    does: 'the start of both runs',
    press: (state) => movedBy(state, -state.list.count),
  },
  { id: 'end', keys: ['G', 'end'], does: 'the end of both runs', press: (state) => movedBy(state, state.list.count) },
  {
    id: 'next-difference',
    keys: ['d', ']'],
    does: 'the next difference',
    hint: 'difference',
    press: (state, press) => toDifference(state, press.count ?? 1),
  },
  {
    id: 'previous-difference',
    keys: ['D', '['],
    does: 'the difference before',
    press: (state, press) => toDifference(state, -(press.count ?? 1)),
  },
  { id: 'first-difference', keys: ['c'], does: 'the first causal difference', hint: 'cause', press: toFirstDifference },
  {
    id: 'ownership',
    keys: ['o'],
    does: 'where a quiet group first is in other hands',
    works: ({ view }) => view.diff.ownership !== null,
    press: toOwnership,
  },
  { id: 'fold', keys: ['enter'], does: 'open or close the fold here', hint: 'fold', press: foldToggled },
  { id: 'all-folds', keys: ['z'], does: 'open or close all folds', press: allFoldsToggled },
  {
    id: 'worlds',
    keys: ['w'],
    does: 'show or hide the worlds',
    press: (state) => ({ state: { ...state, hasWorlds: !state.hasWorlds } }),
  },
  { id: 'search', keys: ['/'], does: 'search both runs (regular expression)', hint: 'search', press: search },
  { id: 'next-hit', keys: ['n'], does: 'the next hit', press: (state) => searched(state, state.pattern, 1) },
  { id: 'previous-hit', keys: ['N'], does: 'the hit before', press: (state) => searched(state, state.pattern, -1) },
  { id: 'replay-left', keys: ['h', 'left'], does: 'replay A from here', hint: 'replay A', press: replay('left') },
  { id: 'replay-right', keys: ['l', 'right'], does: 'replay B from here', hint: 'B', press: replay('right') },
];

/** The row of the list that was clicked on; a second click opens or closes its fold. */
const click = (state: Compared, { row }: { readonly row: number }, size: Size): Step<Compared, Sought> => {
  const { list: height } = layoutOf(state, size);
  const offset = row - headRows;
  const cursor = rowOf(state);
  const clicked = topFor(cursor, state.list.count, height) + offset;
  if (offset < 0 || offset >= height || clicked >= state.list.count) return { state };
  return clicked === cursor ? foldToggled(state) : movedBy(state, clicked - cursor);
};

/** Two runs side by side, what is alike folded, and the worlds of both. */
export const compareScreen: Screen<Compared, Sought> = {
  name: 'compare',
  keys,
  signs: [
    ['>', 'where one looks'],
    ['<│ │>', 'only A did this, only B'],
    ['~', 'the other did this too, earlier or later'],
    ['···', 'a fold'],
    ['*', 'otherwise on the other side'],
  ],
  title: ({ view }) => ({ left: 'two runs side by side', right: verdictOf(view.diff) }),
  place,
  command: ({ names }) => commandLine('diff', names.left, names.right),
  body,
  spoken,
  act: (state, { pattern }) => searched(state, pattern === '' ? state.pattern : pattern, 1),
  click,
  wheel: (state, lines) => movedBy(state, lines),
};
