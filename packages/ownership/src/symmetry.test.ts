import {
  type Action,
  actionName,
  drive,
  follow,
  type Interchangeable,
  isWitness,
  noReduction,
  random,
  Symmetry,
} from '@custody/explore';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { comeAndGo } from './fairness.ts';
import { bothStores, eachVariant, isThorough, scenario } from './found.testing.ts';
import type { Stores } from './machine.ts';
import { modelOf, type OwnershipModel } from './model-of.ts';
import { type Exchange, exchanged, exchangedAction, exchangesOf, orbitOf, swapsOf } from './orbits.testing.ts';
import { type Scenario, scale, upTo } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Variant } from './variant.ts';

interface Move {
  readonly to: Int32Array;
  readonly marks: string;
}

const movesAt = (model: OwnershipModel, row: Int32Array): ReadonlyMap<Action, Move> => {
  const moves = new Map<Action, Move>();
  const scratch = new Int32Array(model.words);
  model.successors(row, 0, scratch, (action, marks = []) => {
    moves.set(action, { to: scratch.slice(), marks: [...marks].sort().join() });
  });
  return moves;
};

const startOf = (model: OwnershipModel): Int32Array => {
  const row = new Int32Array(model.words);
  model.initial(row, 0);
  return row;
};

/** Some states of some runs. */
const someStates = (model: OwnershipModel, seed: number): readonly Int32Array[] => {
  const rows: Int32Array[] = [startOf(model)];
  drive(model, random(seed), {
    maxSteps: 80,
    onStep: (_, states, at) => rows.push(states.slice(at, at + model.words)),
  });
  return rows;
};

/** Exchanging members and making a move can be done in either order; nothing that is said of a state minds it. */
const commutes = (
  model: OwnershipModel,
  symmetry: Interchangeable,
  row: Int32Array,
  exchanges: readonly Exchange[],
): void => {
  const canonised = new Symmetry(symmetry, model.words);
  for (const exchange of swapsOf(symmetry)) {
    const other = exchanged(symmetry, row, exchange);
    const meant = [...movesAt(model, row)].map(
      ([action, { to, marks }]) =>
        `${exchangedAction(symmetry, action, exchange)} ${exchanged(symmetry, to, exchange)} ${marks}`,
    );
    const told = [...movesAt(model, other)].map(([action, { to, marks }]) => `${action} ${to} ${marks}`);
    expect(told.sort().join('\n')).toBe(meant.sort().join('\n'));
    for (const property of model.properties) {
      if (isWitness(property, other, 0) !== isWitness(property, row, 0))
        expect.fail(`${property.name} tells them apart`);
    }
    expect(model.isDone(other, 0)).toBe(model.isDone(row, 0));
  }
  const canonical = row.slice();
  canonised.canonise(canonical);
  expect(orbitOf(symmetry, canonical, exchanges)).toBe(orbitOf(symmetry, row, exchanges));
  const again = canonical.slice();
  canonised.canonise(again);
  expect(again.join()).toBe(canonical.join());
};

/** A way through canonical states is a way of the model itself, and ends in a state that is the same but for names. */
const unfolds = (model: OwnershipModel, symmetry: Interchangeable, seed: number): void => {
  const canonised = new Symmetry(symmetry, model.words);
  let row = startOf(model);
  canonised.canonise(row);
  const path: Action[] = [];
  for (let step = 0, dice = seed; step < 60; step += 1) {
    const moves = [...movesAt(model, row)];
    dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
    const [action, move] = moves[dice % Math.max(1, moves.length)] ?? [];
    if (action === undefined || move === undefined) break;
    path.push(action);
    row = move.to;
    canonised.canonise(row);
  }
  const schedule = canonised.unfold(model, path).map((action) => actionName(model, action));
  const last = startOf(model);
  const run = drive(model, follow(schedule, { strict: true }), {
    onStep: (_, states, at) => last.set(states.subarray(at)),
  });
  expect([run.parted, run.schedule]).toEqual([undefined, schedule]);
  expect(orbitOf(symmetry, last)).toBe(orbitOf(symmetry, row));
};

/** Every size with at most four devices and two claimers. */
const sizesOf = (usual: Scenario): readonly Scenario[] => {
  const { scaled } = usual;
  if (scaled === undefined) return [usual];
  const upToMost = ([least, most]: readonly [number, number], limit: number): readonly number[] =>
    upTo(Math.min(most, limit) - least + 1).map((index) => least + index);
  return upToMost(scaled.devices, 4).flatMap((devices) =>
    upToMost(scaled.claimers, 2).map((claimers) => scale(usual, { devices, claimers })),
  );
};

interface Alike {
  readonly scenario: Scenario;
  readonly stores: Stores;
}

const alikeUnder = (variant: Variant): readonly Alike[] =>
  [...scenarios.flatMap(sizesOf), comeAndGo].flatMap((each) =>
    bothStores.flatMap((stores) =>
      (modelOf(variant, each, stores).symmetry?.groups.length ?? 0) > 0 ? [{ scenario: each, stores }] : [],
    ),
  );

const seed = fc.integer({ min: 1, max: 1_000_000 });

describe.each(eachVariant)('under %s, what is alike', (_, variant) => {
  const alike = alikeUnder(variant);

  it('may change places in every state of any run, and canonical order changes nothing else', () => {
    for (const { scenario: each, stores } of alike.filter((_one, index) => isThorough || index % 3 === 0)) {
      const model = modelOf(variant, each, stores);
      const { symmetry } = model;
      if (symmetry === undefined) continue;
      const known = new Set<string>();
      const exchanges = exchangesOf(symmetry);
      fc.assert(
        fc.property(seed, (number) => {
          for (const row of someStates(model, number)) {
            if (known.has(row.join())) continue;
            known.add(row.join());
            commutes(model, symmetry, row, exchanges);
          }
          unfolds(model, symmetry, number);
        }),
        { numRuns: isThorough ? 20 : 1 },
      );
    }
  });
});

it('of the states that differ in names only one is kept, where members do not name each other', () => {
  const three = scale(scenario('double-unbind-hook-early'), { devices: 3 });
  for (const [, variant] of eachVariant) {
    const model = modelOf(variant, three);
    const { symmetry } = model;
    if (symmetry === undefined || symmetry.groups.length === 0) continue;
    const rows = [startOf(model)];
    const known = new Set([rows.join()]);
    const orbits = new Set<string>();
    for (const row of rows) {
      orbits.add(orbitOf(symmetry, row));
      for (const { to } of movesAt(model, row).values()) {
        if (known.has(to.join())) continue;
        known.add(to.join());
        rows.push(to);
      }
    }
    const { states } = exploreVariant(variant, three, { reduction: { symmetry: true, ample: false } });
    expect(exploreVariant(variant, three, { reduction: noReduction }).states).toBe(rows.length);
    expect(states, variant.id).toBe(orbits.size);
  }
});
