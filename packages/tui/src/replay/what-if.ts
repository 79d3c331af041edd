import type { Crossroads, PossibleMove } from '@custody/workbench';
import { cutRow, type Row, span } from '../row.ts';
import { type KeyBinding, type Screen, type Standing, type Step, stand } from '../shell/screen.ts';
import { fit } from '../text.ts';
import type { ReplayView } from '../view.ts';
import type { Replay, ReplayStep } from './state.ts';

/** Who could move, and which of them is chosen. */
interface WhatIf {
  readonly view: ReplayView;
  readonly at: number;
  readonly crossroads: Crossroads;
  readonly chosen: number;
}

type WhatIfStep = Step<WhatIf, never>;

const choose = (state: WhatIf, step: number): WhatIfStep => {
  const last = state.crossroads.moves.length - 1;
  return { state: { ...state, chosen: Math.max(0, Math.min(last, state.chosen + step)) } };
};

const take = (state: WhatIf): WhatIfStep => {
  const { view, crossroads, chosen } = state;
  const move = crossroads.moves[chosen]?.move;
  const { instead } = view;
  if (move === undefined || instead === undefined) return { state, says: 'Nobody can move here' };
  const schedule = `${crossroads.schedule} ${move}`;
  return {
    state,
    effects: [{ type: 'fetch', name: `simulate ${move} here`, screen: (outside) => instead(outside, schedule) }],
  };
};

const keys: readonly KeyBinding<WhatIf, never>[] = [
  {
    id: 'down',
    keys: ['j', 'down'],
    does: 'the next move',
    hint: 'down',
    press: (state, { count }) => choose(state, count ?? 1),
  },
  {
    id: 'up',
    keys: ['k', 'up'],
    does: 'the move before',
    hint: 'up',
    press: (state, { count }) => choose(state, -(count ?? 1)),
  },
  {
    id: 'take',
    keys: ['enter'],
    does: 'make the chosen move: a run of its own, walked on from there',
    hint: 'move so',
    press: take,
  },
];

const sayingOf = ({ move, label, isTaken }: PossibleMove): string =>
  `${fit(move, 12)} from ${label}${isTaken ? '   (this is what was done)' : ''}`;

const rowOf = (move: PossibleMove, isChosen: boolean, width: number): Row =>
  cutRow([span(isChosen ? '> ' : '  ', 'strong'), span(sayingOf(move), isChosen ? 'strong' : 'normal')], width);

const headOf = ({ at, crossroads }: WhatIf): string =>
  crossroads.moves.length === 0 ? `Nobody can move at position ${at}` : `At position ${at} these could move:`;

export const whatIfScreen: Screen<WhatIf, never> = {
  name: 'what-if',
  keys,
  title: ({ view }) => ({ left: `what if · ${view.title}`, right: 'who moves next?' }),
  place: ({ chosen, crossroads }) => `${Math.min(chosen + 1, crossroads.moves.length)}/${crossroads.moves.length}`,
  command: ({ view, crossroads, chosen }) => {
    const { source } = view.header;
    if (source.kind !== 'simulation') return null;
    const schedule = `${crossroads.schedule} ${crossroads.moves[chosen]?.move ?? ''}`.trim();
    return `custody simulate ${source.variant} ${source.scenario} --schedule '${schedule}'`;
  },
  body: (state, { columns, rows }) =>
    [
      cutRow([span(headOf(state))], columns),
      [],
      ...state.crossroads.moves.map((move, index) => rowOf(move, index === state.chosen, columns)),
    ].slice(0, rows),
  spoken: (state) => {
    const move = state.crossroads.moves[state.chosen];
    return [headOf(state), ...(move === undefined ? [] : [sayingOf(move)])];
  },
  act: (state) => ({ state }),
  wheel: (state, lines) => choose(state, Math.sign(lines)),
  click: (state, { row }) => choose(state, row - 2 - state.chosen),
};

/** Who could have moved at the cursor. */
const whatIfOf = (view: ReplayView, at: number, crossroads: Crossroads): Standing =>
  stand(whatIfScreen, {
    view,
    at,
    crossroads,
    chosen: Math.max(
      0,
      crossroads.moves.findIndex((move) => !move.isTaken),
    ),
  });

export const askWhatIf = (state: Replay): ReplayStep => {
  const { view, position: at } = state;
  if (view.crossroads === undefined) return { state, says: 'This is a recording: nobody can choose again who moves' };
  return { state, effects: [{ type: 'open', screen: whatIfOf(view, at, view.crossroads(at)) }] };
};
