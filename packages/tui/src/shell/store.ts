import type { Size } from '../view.ts';
import type { Keymap } from './keymap.ts';
import type { Outside } from './outside.ts';
import type { Effect, Look, Standing } from './screen.ts';
import {
  fetched,
  type Job,
  type Mouse,
  openedShell,
  pointed,
  press,
  resized,
  runsKnown,
  type Shell,
  type ShellStep,
  say,
  tell,
  topOf,
} from './shell.ts';

/** The one store: the newest shell, and whatever work is under way for it. */
export interface Store {
  readonly shell: () => Shell;
  /** Calls `changed` after each change, until the function given back is called. */
  readonly subscribe: (changed: () => void) => () => void;
  /** All keys of one piece of input, with one change at the end. */
  readonly press: (keys: readonly string[]) => void;
  readonly point: (mouse: Mouse) => void;
  readonly resize: (size: Size) => void;
  /** Ends all work that is under way. */
  readonly close: () => void;
}

/** What the terminal does for the store. */
export interface Hands {
  readonly quit: () => void;
  /** Gives the terminal away for as long as `use` takes. */
  readonly lend: (use: () => Promise<void>) => Promise<void>;
}

type Lasting = Extract<Effect<unknown>, { type: 'fetch' | 'work' | 'lend-terminal' }>;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is to be said of work that failed; sentences that begin with "Cannot" say it all. */
const failure = (name: string, error: unknown): string => {
  const reason = reasonOf(error);
  return reason.startsWith('Cannot') ? reason : `Cannot ${name}: ${reason}`;
};

/** @param hands - asked for late, as the terminal is there only once something is drawn. */
export const storeOf = (
  first: Standing,
  outside: Outside,
  { size, keymap }: { readonly size: Size; readonly keymap: Keymap },
  hands: () => Hands,
): Store => {
  const listeners = new Set<() => void>();
  const running = new Map<symbol, Map<string, AbortController>>();
  let shell: Shell;

  const abort = (owner: symbol, name?: string): void => {
    for (const [other, controller] of running.get(owner) ?? []) {
      if (name === undefined || name === other) controller.abort();
    }
  };

  const begin = (owner: symbol, name: string): AbortController => {
    abort(owner, name);
    const controller = new AbortController();
    const own = running.get(owner) ?? new Map<string, AbortController>();
    running.set(owner, own.set(name, controller));
    return controller;
  };

  const runs: {
    readonly [Type in Lasting['type']]: (
      owner: symbol,
      effect: Extract<Lasting, { type: Type }>,
      signal: AbortSignal,
    ) => Promise<void>;
  } = {
    fetch: async (_, { screen }, signal) => {
      const here = await screen(outside, signal);
      if (!signal.aborted) take(fetched(shell, here));
    },
    work: (owner, { run }, signal) =>
      run(outside, (action) => signal.aborted || take(tell(shell, owner, action)), signal),
    'lend-terminal': (owner, { run }) => hands().lend(() => run(outside, (action) => take(tell(shell, owner, action)))),
  };

  const perform = async (owner: symbol, effect: Lasting): Promise<void> => {
    const controller = begin(owner, effect.name);
    try {
      await (runs[effect.type] as (owner: symbol, effect: Lasting, signal: AbortSignal) => Promise<void>)(
        owner,
        effect,
        controller.signal,
      );
    } catch (error) {
      if (!controller.signal.aborted) take(say(shell, failure(effect.name, error)));
    }
    const own = running.get(owner);
    if (own?.get(effect.name) === controller) own.delete(effect.name);
  };

  const carryOut = ({ owner, effect }: Job): void => {
    switch (effect.type) {
      case 'quit':
        hands().quit();
        return;
      case 'back':
        abort(owner);
        return;
      case 'stop':
        abort(owner, effect.name);
        return;
      case 'palette':
        void listRuns();
        return;
      case 'fetch':
      case 'work':
      case 'lend-terminal':
        void perform(owner, effect);
    }
  };

  /** Others are shown where one looks, whenever that is another place. */
  let shown: Look | null = null;
  const showOthers = (): void => {
    const look = topOf(shell).looksAt();
    if (look === null || (look.run === shown?.run && look.position === shown.position)) return;
    shown = look;
    outside.joined?.(look.run)?.show(look.position);
  };

  const take = (step: ShellStep): void => {
    shell = step.shell;
    showOthers();
    for (const job of step.jobs) carryOut(job);
    for (const changed of listeners) changed();
  };

  /** What a key does; one that cannot be done, as the store lost what it needs, leaves all as it was. */
  const attempt = (step: () => ShellStep): void => {
    try {
      take(step());
    } catch (error) {
      take(say(shell, failure('do that', error)));
    }
  };

  /** What a command line can be completed to besides; without it, it is completed to less. */
  const listRuns = async (): Promise<void> => {
    try {
      const runs = await outside.desk.runs();
      take(
        runsKnown(
          shell,
          runs.map(({ header }) => header.title),
        ),
      );
    } catch {
      // What is wrong with the store is said by whatever is asked of it.
    }
  };

  const { verbs, paths } = outside;
  const start = openedShell(first, size, keymap, { verbs, paths, titles: [] });
  shell = start.shell;
  for (const job of start.jobs) carryOut(job);

  return {
    shell: () => shell,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    press: (keys) =>
      attempt(() => {
        let step: ShellStep = { shell, jobs: [] };
        for (const key of keys) {
          const next = press(step.shell, key);
          step = { shell: next.shell, jobs: [...step.jobs, ...next.jobs] };
        }
        return step;
      }),
    point: (mouse) => attempt(() => pointed(shell, mouse)),
    resize: (next) => attempt(() => resized(shell, next)),
    close: () => {
      for (const owner of running.keys()) abort(owner);
    },
  };
};
