import { describe, expect, it } from 'vitest';
import { keymapOf } from './keymap.ts';
import type { Outside } from './outside.ts';
import { type Effect, type Screen, type Standing, stand } from './screen.ts';
import { outsideWith } from './shell.testing.ts';
import { topOf } from './shell.ts';
import { type Hands, storeOf } from './store.ts';

type Told = { readonly told: string };

/** A screen that asks for one effect with the key `x`, and remembers what it was told. */
const asking = (effect: Effect<Told>): Standing => {
  const screen: Screen<readonly string[], Told> = {
    name: 'asking',
    keys: [{ id: 'ask', keys: ['x'], does: 'asks', press: (state) => ({ state, effects: [effect] }) }],
    title: () => ({ left: 'asking', right: '' }),
    place: (told) => told.join(' '),
    command: () => null,
    body: () => [],
    spoken: () => [],
    act: (state, { told }) => ({ state: [...state, told] }),
  };
  return stand(screen, []);
};

const opened = (effect: Effect<Told>, outside: Partial<Outside> = {}) => {
  const did: string[] = [];
  const hands: Hands = {
    quit: () => did.push('quit'),
    lend: async (use) => {
      did.push('lent');
      await use();
      did.push('back');
    },
  };
  const options = { size: { columns: 80, rows: 24 }, keymap: keymapOf(new Map()) };
  const store = storeOf(asking(effect), outsideWith(outside), options, () => hands);
  return { store, did, place: () => topOf(store.shell()).place(), says: () => store.shell().says };
};

/** Lets promises settle that are settled already. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('the store', () => {
  it('tells a screen what its work has as it goes', async () => {
    const { store, place } = opened({
      type: 'work',
      name: 'count',
      run: async (_, tell) => {
        for (const told of ['one', 'two', 'three']) tell({ told });
      },
    });
    store.press(['x']);
    await settled();
    expect(place()).toBe('one two three');
  });

  it('says why work failed, and what could not be done', async () => {
    const { store, says } = opened({ type: 'work', name: 'count', run: () => Promise.reject(new Error('no fingers')) });
    store.press(['x']);
    await settled();
    expect(says()).toBe('Cannot count: no fingers');
  });

  it('gives work up for newer work of the same name, and hears nothing more of it', async () => {
    const signals: AbortSignal[] = [];
    const tells: ((news: Told) => void)[] = [];
    const { store, place } = opened({
      type: 'work',
      name: 'search',
      run: async (_, tell, signal) => {
        signals.push(signal);
        tells.push(tell);
      },
    });
    store.press(['x', 'x']);
    await settled();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    tells[0]?.({ told: 'old' });
    tells[1]?.({ told: 'new' });
    expect(place()).toBe('new');
  });

  it('gives up the work of a screen that is left', async () => {
    let signal: AbortSignal | undefined;
    const inner = asking({
      type: 'work',
      name: 'count',
      run: async (_, _tell, given) => {
        signal = given;
      },
    });
    const { store } = opened({ type: 'open', screen: inner });
    store.press(['x', 'x', 'q']);
    await settled();
    expect(signal?.aborted).toBe(true);
    expect(store.shell().stack.length).toBe(1);
  });

  it('opens a screen once it was fetched, and goes on with the keys meanwhile', async () => {
    let arrive: (screen: Standing) => void = () => undefined;
    const { store } = opened({
      type: 'fetch',
      name: 'open it',
      screen: () =>
        new Promise<Standing>((resolve) => {
          arrive = resolve;
        }),
    });
    store.press(['x']);
    expect(store.shell().stack.length).toBe(1);
    arrive(asking({ type: 'back' }));
    await settled();
    expect(store.shell().stack.length).toBe(2);
  });

  it('lends the terminal and takes it back', async () => {
    const { store, did, place } = opened(
      {
        type: 'lend-terminal',
        name: 'edit',
        run: async ({ edit }, tell) => tell({ told: (await edit('draft')) ?? '' }),
      },
      { edit: async (text) => `${text}, edited` },
    );
    store.press(['x']);
    await settled();
    expect([did, place()]).toEqual([['lent', 'back'], 'draft, edited']);
  });

  it('takes the terminal back from an editor that failed, and says why', async () => {
    const { store, says } = opened({
      type: 'lend-terminal',
      name: 'edit',
      run: ({ edit }) => edit('').then(() => undefined),
    });
    store.press(['x']);
    await settled();
    expect(says()).toBe('Cannot edit: no editor here');
  });

  it('quits when the first screen is left', () => {
    const { store, did } = opened({ type: 'back' });
    store.press(['q']);
    expect(did).toEqual(['quit']);
  });

  it('changes once for all the keys of one piece of input', () => {
    const { store } = opened({ type: 'stop', name: 'nothing' });
    let changes = 0;
    store.subscribe(() => {
      changes += 1;
    });
    store.press(['x', 'x', 'x', 'x']);
    expect(changes).toBe(1);
  });

  it('survives a screen that throws, and says what went wrong', () => {
    const { store, says } = opened({ type: 'open', screen: {} as Standing });
    expect(() => store.press(['x'])).not.toThrow();
    expect(says()).toMatch(/^Cannot do that: /);
  });
});
