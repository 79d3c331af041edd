import type { Position, RunId } from '@custody/trace';
import type { Row } from '../row.ts';
import type { Size } from '../view.ts';
import type { Outside } from './outside.ts';

/** What a key's meaning may need to know beside the state of its screen. */
export interface Press {
  /** The digits typed before the key, as in `5j`; null when there were none. */
  readonly count: number | null;
  /** What `body` has to fill at the moment. */
  readonly size: Size;
}

/**
 * One thing that keys do on a screen. The screen's list of them is the one table that keys are looked up in and that
 * footer, help, palette and the config file are made of.
 */
export interface KeyBinding<State, Action> {
  /** Its name in the config file is `screen.id`. */
  readonly id: string;
  /** `j`, `G`, `ctrl-u`, `enter`, `escape`, `up`, `pagedown`, `tab` …; see keys.ts. */
  readonly keys: readonly string[];
  /** In a few words, for the help. */
  readonly does: string;
  /** A word for the footer; one without stands in the help only. */
  readonly hint?: string;
  /** Does it do anything in this state? The footer names only keys that do. @default always */
  readonly works?: (state: State) => boolean;
  readonly press: (state: State, press: Press) => Step<State, Action>;
}

/** What a line being typed could become. */
export interface Choice {
  /** The whole line, were it taken. */
  readonly text: string;
  /** What it would do, in a few words. */
  readonly does: string;
}

/** What a screen asks of the shell. */
export type Effect<Action> =
  /** Leaves this screen for the one it was opened from; the last one is left for the shell prompt. */
  | { readonly type: 'back' }
  | { readonly type: 'quit' }
  | { readonly type: 'open'; readonly screen: Standing }
  /** Opens a screen that has to be fetched first: a run, to be replayed. */
  | {
      readonly type: 'fetch';
      readonly name: string;
      readonly screen: (outside: Outside, signal: AbortSignal) => Promise<Standing>;
    }
  /**
   * Asks for a line of text. `entered` hears of the whole when Enter is pressed, and not at all when it is given up;
   * `typing` of each letter. With `choices`, what could be meant stands above the line: Tab takes the chosen one,
   * the arrows choose another.
   */
  | {
      readonly type: 'ask';
      readonly label: string;
      readonly text?: string;
      readonly entered: (text: string) => Action;
      readonly typing?: (text: string) => Action;
      readonly choices?: (text: string) => readonly Choice[];
      /** Instead of `choices`: the line is the name of a file. */
      readonly completes?: 'paths';
    }
  /** Asks for a command line. */
  | { readonly type: 'palette' }
  /** Asks for one key. */
  | { readonly type: 'ask-key'; readonly label: string; readonly entered: (key: string) => Action }
  /**
   * Work that takes its time and tells what it has as it goes. Work of the same name on the same screen takes its
   * place, and its signal aborts, as it does when the screen is left. When it throws, the shell says
   * "Cannot <name>: why".
   */
  | {
      readonly type: 'work';
      readonly name: string;
      readonly run: (outside: Outside, tell: (action: Action) => void, signal: AbortSignal) => Promise<void>;
    }
  /** As `work`, with the terminal given away for as long as it takes: an editor, a stop by Ctrl-Z. */
  | {
      readonly type: 'lend-terminal';
      readonly name: string;
      readonly run: (outside: Outside, tell: (action: Action) => void) => Promise<void>;
    }
  /** Gives up work of that name. */
  | { readonly type: 'stop'; readonly name: string }
  /** Leaves this screen and presses a key of the one below, by the name of its binding: what the help runs. */
  | { readonly type: 'back-and-press'; readonly binding: string };

/** The answer of a screen to a key, a click, or news. */
export interface Step<State, Action> {
  readonly state: State;
  /** Said in the footer until the next key. */
  readonly says?: string;
  readonly effects?: readonly Effect<Action>[];
}

/**
 * A screen: pure functions of a state of its own. It never waits and never draws: what takes time is asked for with
 * an effect and comes back as an action.
 *
 * The shell draws the title above and, below, the place with the command that does the same and the footer; the screen
 * fills what is between. To plug one in: write a `Screen`, and open it with
 * `{ type: 'open', screen: stand(yours, state) }` from a key of another screen or from the palette (`opening.ts`).
 */
export interface Screen<State, Action> {
  /** One word, lower case: the first half of the names in the config file. */
  readonly name: string;
  readonly keys: readonly KeyBinding<State, Action>[];
  /** The signs that it draws and what they mean, for the help. */
  readonly signs?: Signs;
  /** What is looked at, and where it comes from. */
  readonly title: (state: State) => { readonly left: string; readonly right: string };
  /** Where one is, in a few words. */
  readonly place: (state: State) => string;
  /** The command that prints the same; null where there is none. */
  readonly command: (state: State) => string | null;
  /** At most `size.rows` rows of at most `size.columns` columns. */
  readonly body: (state: State, size: Size) => readonly Row[];
  /** What is to be said of the state in lines without boxes, what matters most first: for `--accessible`. */
  readonly spoken: (state: State) => readonly string[];
  /** News: what an effect came to. */
  readonly act: (state: State, action: Action, size: Size) => Step<State, Action>;
  /** What is asked for as soon as the screen stands, and again when the terminal has another size. */
  readonly needs?: (state: State, size: Size) => readonly Effect<Action>[];
  /** Where in a run one looks, which others on it are shown. */
  readonly looksAt?: (state: State) => Look | null;
  /** What a line typed after `:` means here, before it is taken for a command: a position. Null when nothing. */
  readonly line?: (state: State, text: string, size: Size) => Step<State, Action> | null;
  /** A click on a cell of the body, both from 0. */
  readonly click?: (
    state: State,
    cell: { readonly column: number; readonly row: number },
    size: Size,
  ) => Step<State, Action>;
  /** The mouse wheel, by lines; down is positive. */
  readonly wheel?: (state: State, lines: number, size: Size) => Step<State, Action>;
}

/** A place in a run. */
export interface Look {
  readonly run: RunId;
  readonly position: Position;
}

export type Signs = readonly (readonly [sign: string, means: string])[];

/** A binding as footer and help see it. */
export interface ShownBinding {
  readonly id: string;
  readonly keys: readonly string[];
  readonly does: string;
  readonly hint?: string;
  readonly works: boolean;
}

/** What a standing answers. */
export interface Stood {
  readonly standing: Standing;
  readonly says?: string;
  readonly effects: readonly Effect<unknown>[];
}

/** A screen in some state, whatever the type of either. Made by `stand` only. */
export interface Standing {
  /** The same through all states of one opening. */
  readonly id: symbol;
  readonly name: string;
  readonly bindings: readonly ShownBinding[];
  readonly signs: Signs;
  readonly title: () => { readonly left: string; readonly right: string };
  readonly place: () => string;
  readonly command: () => string | null;
  readonly body: (size: Size) => readonly Row[];
  readonly spoken: () => readonly string[];
  readonly looksAt: () => Look | null;
  readonly press: (binding: string, press: Press) => Stood;
  readonly act: (action: unknown, size: Size) => Stood;
  readonly needs: (size: Size) => readonly Effect<unknown>[];
  readonly line: (text: string, size: Size) => Stood | null;
  readonly click: (cell: { readonly column: number; readonly row: number }, size: Size) => Stood;
  readonly wheel: (lines: number, size: Size) => Stood;
}

const shown = <State, Action>(
  { id, keys, does, hint, works }: KeyBinding<State, Action>,
  state: State,
): ShownBinding => ({ id, keys, does, works: works?.(state) ?? true, ...(hint === undefined ? {} : { hint }) });

/** A screen in a state, ready to be opened. */
export const stand = <State, Action>(
  screen: Screen<State, Action>,
  state: State,
  id: symbol = Symbol(screen.name),
): Standing => {
  const stood = ({ state: next, says, effects = [] }: Step<State, Action>): Stood => ({
    standing: next === state ? self : stand(screen, next, id),
    effects,
    ...(says === undefined ? {} : { says }),
  });
  const self: Standing = {
    id,
    name: screen.name,
    bindings: screen.keys.map((binding) => shown(binding, state)),
    signs: screen.signs ?? [],
    title: () => screen.title(state),
    place: () => screen.place(state),
    command: () => screen.command(state),
    body: (size) => screen.body(state, size),
    spoken: () => screen.spoken(state),
    looksAt: () => screen.looksAt?.(state) ?? null,
    press: (binding, press) => stood(screen.keys.find((key) => key.id === binding)?.press(state, press) ?? { state }),
    // Only the screen's own effects make actions for it.
    act: (action, size) => stood(screen.act(state, action as Action, size)),
    needs: (size) => screen.needs?.(state, size) ?? [],
    line: (text, size) => {
      const step = screen.line?.(state, text, size) ?? null;
      return step === null ? null : stood(step);
    },
    click: (cell, size) => stood(screen.click?.(state, cell, size) ?? { state }),
    wheel: (lines, size) => stood(screen.wheel?.(state, lines, size) ?? { state }),
  };
  return self;
};
