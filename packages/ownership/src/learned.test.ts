import { actionOf, PackedMemory } from '@custody/explore';
import { expect, it } from 'vitest';
import { everyState } from '../../explore/src/commuting.testing.ts';
import { outcome } from './codes.ts';
import { bothStores, eachVariant, scenario } from './found.testing.ts';
import { Machine, type Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import type { Chance, Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';

const whats: Readonly<Record<Chance, readonly number[]>> = {
  ok: [outcome.ok],
  fails: [outcome.fail],
  'may fail': [outcome.ok, outcome.fail],
  defers: [outcome.defer],
  'may defer': [outcome.ok, outcome.defer],
};

/** The successors of a state as text, by the machine itself over plain memory: nothing is learned, nothing is code. */
const plainly = (variant: Variant, scenario: Scenario, stores: Stores): ((row: Int32Array) => string) => {
  const memory = new PackedMemory();
  let marks = new Set<string>();
  const machine = new Machine(
    variant,
    scenario,
    memory,
    { mark: (name) => marks.add(name), warn: () => {}, bug: () => {}, notify: () => {} },
    stores,
  );
  return (row) => {
    const told: string[] = [];
    const make = (task: number, what: number, move: () => void): void => {
      const after = row.slice();
      memory.look(after, 0);
      marks = new Set();
      move();
      told.push(`${actionOf(task, what)} ${after.join()} ${[...marks].join()}`);
      memory.look(row, 0);
    };
    for (const task of scenario.tasks.keys()) {
      memory.look(row, 0);
      const stand = machine.isStopped ? null : machine.standOf(task);
      if (stand === null) continue;
      if (stores === 'late' && machine.hasLateStore(task)) {
        make(task, outcome.visible, () => machine.publish(task));
      }
      const isFree = stand.lock === null || stand.lock.holder < 0;
      if (!isFree || (stand.awaits !== null && !stand.awaits.isReady())) continue;
      for (const what of whats[stand.chance]) make(task, what, () => machine.move(task, stand, what));
    }
    return told.join('\n');
  };
};

/** Enough for every task's moves to be code. */
const walks = 40_000;

it.each(eachVariant)(
  'under %s learned moves are those of the machine, before they are code and after',
  (_, variant) => {
    for (const id of ['case-2a-i', 'unbind-in-use', 'probe-fails-late', 'hotplug-into-owned', 'driver-ptr-lifetime']) {
      for (const stores of bothStores) {
        const model = modelOf(variant, scenario(id), stores);
        const plain = plainly(variant, scenario(id), stores);
        const scratch = new Int32Array(model.words);
        const learned = (row: Int32Array): string => {
          const told: string[] = [];
          model.successors(row, 0, scratch, (action, marks = []) =>
            told.push(`${action} ${scratch.join()} ${marks.join()}`),
          );
          return told.join('\n');
        };
        const rows = everyState(modelOf(variant, scenario(id), stores));
        const half = rows.slice(0, rows.length / 2);
        const compare = (): void => {
          for (const row of half) if (learned(row) !== plain(row)) expect(learned(row), id).toBe(plain(row));
        };
        compare();
        for (let walk = 0; walk < walks; walk += half.length) {
          for (const row of half) model.successors(row, 0, scratch, () => {});
        }
        compare();
        // And what the code does not know is learned beside it.
        for (const row of rows) if (learned(row) !== plain(row)) expect(learned(row), id).toBe(plain(row));
      }
    }
  },
);
