import { choiceAtRow, choiceCount, chosenBy, type Item } from './item-list.ts';
import type { KeyBinding, Screen } from './shell/screen.ts';
import type { Size } from './view.ts';

/** A state in which one item of a list is chosen. */
export interface Choosing {
  /** Its number among those that can be chosen. */
  readonly chosen: number;
}

/** What a list shows in so much room. */
export type ItemsOf<State> = (state: State, size: Size) => readonly Item<unknown>[];

const movedBy = <State extends Choosing>(itemsOf: ItemsOf<State>, state: State, steps: number, size: Size): State => ({
  ...state,
  chosen: chosenBy(itemsOf(state, size), state.chosen, steps),
});

/** The keys that choose in a list. */
export const itemKeys = <State extends Choosing, Action>(
  itemsOf: ItemsOf<State>,
): readonly KeyBinding<State, Action>[] => {
  const move = (
    id: string,
    keys: readonly string[],
    does: string,
    steps: (size: Size, all: number) => number,
    hint?: string,
  ): KeyBinding<State, Action> => ({
    id,
    keys,
    does,
    ...(hint === undefined ? {} : { hint }),
    press: (state, { count, size }) => ({
      state: movedBy(itemsOf, state, steps(size, choiceCount(itemsOf(state, size))) * (count ?? 1), size),
    }),
  });
  const pageOf = ({ rows }: Size): number => Math.max(1, Math.floor(rows / 2));
  return [
    move('down', ['j', 'down'], 'the next line', () => 1, 'down'),
    move('up', ['k', 'up'], 'the line before', () => -1),
    move('page-down', [' ', 'pagedown'], 'half a page down', pageOf),
    move('page-up', ['b', 'pageup'], 'half a page up', (size) => -pageOf(size)),
    move('start', ['g', 'home'], 'the first line', (_, all) => -all),
    move('end', ['G', 'end'], 'the last line', (_, all) => all),
  ];
};

/** Where in the body a list is: its first row, and how many rows it has. */
type Room<State> = (state: State, size: Size) => { readonly first: number; readonly height: number };

/** What the mouse does in a list. */
export const itemMouse = <State extends Choosing, Action>(
  itemsOf: ItemsOf<State>,
  room: Room<State>,
): Pick<Required<Screen<State, Action>>, 'click' | 'wheel'> => ({
  click: (state, { row }, size) => {
    const { first, height } = room(state, size);
    const chosen = choiceAtRow(itemsOf(state, size), state.chosen, row - first, height);
    return { state: chosen === null ? state : { ...state, chosen } };
  },
  wheel: (state, lines, size) => ({ state: movedBy(itemsOf, state, lines, size) }),
});
