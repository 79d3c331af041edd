import { compareScreen } from '../compare/compare-screen.ts';
import { pickScreen } from '../compare/pick-screen.ts';
import { variantsOf } from '../compare/variants-screen.ts';
import { conformOf } from '../conform/conform-screen.ts';
import { rankingOf } from '../conform/ranking-screen.ts';
import { casesOf } from '../explore/cases-screen.ts';
import { exploreScreen } from '../explore/explore-screen.ts';
import { verdictsOf } from '../explore/verdicts-screen.ts';
import { helpScreen } from '../help/help-screen.ts';
import { notesScreen } from '../notes/notes-screen.ts';
import { replayScreen } from '../replay/replay-screen.ts';
import { whatIfScreen } from '../replay/what-if.ts';
import { runsScreen } from '../runs/runs-screen.ts';
import { anywhere } from '../shell/anywhere.ts';
import { textScreen } from '../text-screen/text-screen.ts';

/** A binding's full name, and the keys that it has of its own. */
export interface NamedKeys {
  readonly name: string;
  readonly keys: readonly string[];
}

interface Table {
  readonly name: string;
  readonly keys: readonly { readonly id: string; readonly keys: readonly string[] }[];
}

const named = ({ name, keys }: Table): readonly NamedKeys[] =>
  keys.map(({ id, keys: own }) => ({ name: `${name}.${id}`, keys: own }));

/** Keys that work on every screen. */
export const keysAnywhere = (): readonly NamedKeys[] => named({ name: 'any', keys: anywhere });

/** The keys of every screen, screen by screen. */
export const keysByScreen = (): readonly (readonly NamedKeys[])[] => {
  const searches = [
    verdictsOf({ variant: '', scenario: '' }),
    casesOf({ variant: '' }),
    variantsOf({ left: '', right: '', scenario: null }),
    conformOf({ run: '', title: '', variant: '' }),
    rankingOf({ run: '', title: '' }),
  ];
  const screens = [
    runsScreen,
    replayScreen,
    whatIfScreen,
    compareScreen,
    pickScreen,
    exploreScreen,
    notesScreen,
    helpScreen,
    textScreen,
  ];
  return [
    ...screens.map(({ name, keys }) => named({ name, keys })),
    ...searches.map(({ name, bindings }) => named({ name, keys: bindings })),
  ];
};
