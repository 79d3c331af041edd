import { explorationOf } from '../explore/explore-screen.ts';
import { helpOver } from '../help/help-screen.ts';
import { runsOf } from '../runs/runs-screen.ts';
import type { Keymap } from './keymap.ts';
import type { Effect, ShownBinding, Standing } from './screen.ts';

/** A key that works on every screen. */
interface AnywhereBinding extends Omit<ShownBinding, 'works'> {
  readonly effects: (top: Standing, keymap: Keymap) => readonly Effect<unknown>[];
}

const stop: Effect<unknown> = { type: 'lend-terminal', name: 'stop', run: (outside) => outside.stop() };

export const anywhere: readonly AnywhereBinding[] = [
  {
    id: 'help',
    keys: ['?'],
    does: 'all keys and signs here',
    hint: 'help',
    effects: (top, keymap) => [{ type: 'open', screen: helpOver(top, keymap) }],
  },
  {
    id: 'palette',
    keys: [':'],
    does: 'any command of custody (Tab completes)',
    hint: 'command',
    effects: () => [{ type: 'palette' }],
  },
  {
    id: 'back',
    keys: ['q', 'escape'],
    does: 'back; leaves from the first screen',
    hint: 'back',
    effects: () => [{ type: 'back' }],
  },
  { id: 'runs', keys: ['H'], does: 'all runs', effects: () => [{ type: 'open', screen: runsOf() }] },
  {
    id: 'explore',
    keys: ['X'],
    does: 'explore every interleaving of a variant and a scenario',
    effects: () => [{ type: 'open', screen: explorationOf() }],
  },
  { id: 'quit', keys: ['Q', 'ctrl-c'], does: 'leave custody', effects: () => [{ type: 'quit' }] },
  { id: 'stop', keys: ['ctrl-z'], does: 'stop; fg goes on', effects: () => [stop] },
];
