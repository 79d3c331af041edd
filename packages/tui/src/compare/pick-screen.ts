import type { CatalogueEntry } from '@custody/workbench';
import { itemKeys, itemMouse } from '../item-keys.ts';
import { chosenOf, type Item, itemRows, spokenItem } from '../item-list.ts';
import { span } from '../row.ts';
import { sourceText } from '../run-source.ts';
import { type Effect, type KeyBinding, type Screen, stand } from '../shell/screen.ts';
import { fit, widthOf } from '../text.ts';
import type { Size } from '../view.ts';
import { openComparison } from './open-compare.ts';

/** Which run another is to be compared with. */
interface Picking {
  readonly left: CatalogueEntry;
  /** All others. */
  readonly runs: readonly CatalogueEntry[];
  readonly chosen: number;
}

const itemsOf = ({ runs }: Picking): readonly Item<CatalogueEntry>[] => {
  const width = Math.min(40, Math.max(0, ...runs.map(({ header }) => widthOf(header.title))));
  return runs.map((entry) => ({
    rows: [[span(fit(entry.header.title, width)), span(`  ${sourceText(entry.header.source)}`, 'dim')]],
    value: entry,
  }));
};

const compare: KeyBinding<Picking, never> = {
  id: 'compare',
  keys: ['enter'],
  does: 'compare with this run',
  hint: 'compare',
  press: (state) => {
    const right = chosenOf(itemsOf(state), state.chosen);
    if (right === null) return { state, says: 'There is no other run: import or simulate one' };
    return { state, effects: [openComparison({ left: state.left.header.run, right: right.header.run })] };
  },
};

const room = (_: Picking, { rows }: Size) => ({ first: 0, height: rows });

export const pickScreen: Screen<Picking, never> = {
  name: 'pick',
  keys: [...itemKeys<Picking, never>(itemsOf), compare],
  title: ({ left }) => ({ left: `compare ${left.header.title} with …`, right: sourceText(left.header.source) }),
  place: ({ runs, chosen }) => (runs.length === 0 ? 'no other run' : `run ${chosen + 1}/${runs.length}`),
  command: () => 'custody runs',
  body: (state, size) => itemRows(itemsOf(state), state.chosen, size),
  spoken: (state) => spokenItem(itemsOf(state), state.chosen),
  act: (state) => ({ state }),
  ...itemMouse<Picking, never>(itemsOf, room),
};

/** Lets the person pick the run that one is to be compared with. */
export const pickToCompare = (run: string): Effect<never> => ({
  type: 'fetch',
  name: 'list the runs',
  screen: async ({ desk }) => {
    const runs = await desk.runs();
    const left = runs.find(({ header }) => header.run === run);
    if (left === undefined) throw new Error(`Cannot compare ${run} as it is not in the store any more`);
    return stand(pickScreen, { left, runs: runs.filter((entry) => entry !== left), chosen: 0 });
  },
});
