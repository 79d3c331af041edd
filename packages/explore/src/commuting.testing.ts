import type { Ample } from './ample.ts';
import { optionsAt } from './drive.ts';
import { type Action, actionName, type Model, taskOf } from './model.ts';
import { isWitness, type Property } from './property.ts';

/** What each move leads to, and its marks, as text. */
const movesAt = (
  model: Model,
  row: Int32Array,
): ReadonlyMap<Action, { readonly to: Int32Array; readonly marks: string }> => {
  const { actions, successors } = optionsAt(model, row);
  return new Map(
    actions.map((action, index) => {
      const { row: to = row, marks = [] } = successors[index] ?? {};
      return [action, { to, marks: [...marks].sort().join() }];
    }),
  );
};

/** Every state of the full graph, or about the first `most`. */
export const everyState = (model: Model, most = Number.POSITIVE_INFINITY): readonly Int32Array[] => {
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  const known = new Map<string, Int32Array>([[start.join(), start]]);
  for (const row of known.values()) {
    if (known.size >= most) break;
    for (const { to } of movesAt(model, row).values()) if (!known.has(to.join())) known.set(to.join(), to);
  }
  return [...known.values()];
};

/**
 * What is wrong with letting one task move alone, by the definition and not by what the tasks touch: in each state where
 * `ample` names a task, on every way of at most `depth` moves of the others, that task can do what it could, it comes to
 * the same before and after each move of another, with the same marks, and no property that was broken is whole again.
 *
 * @returns sentences; and how often a task was named at all.
 */
export const faultsOf = (
  model: Model,
  properties: readonly Property[],
  ample: Ample,
  depth: number,
): { readonly faults: readonly string[]; readonly alone: number } => {
  const known = new Map<string, ReturnType<typeof movesAt>>();
  const moves = (row: Int32Array): ReturnType<typeof movesAt> => {
    const key = row.join();
    const found = known.get(key) ?? movesAt(model, row);
    known.set(key, found);
    return found;
  };
  const faults = new Set<string>();
  let alone = 0;
  const ownMoves = (row: Int32Array, task: number) => [...moves(row)].filter(([action]) => taskOf(action) === task);
  const check = (row: Int32Array, task: number, wanted: string): void => {
    const own = ownMoves(row, task);
    const told = own.map(([action, { marks }]) => `${actionName(model, action)} ${marks}`).join();
    if (told !== wanted) faults.add(`T${task} could do "${wanted}" and then "${told}" at ${row}`);
    for (const [action, { to }] of own) {
      for (const property of properties) {
        if (isWitness(property, row, 0) && !isWitness(property, to, 0)) {
          faults.add(`${actionName(model, action)} hides that "${property.name}" is broken at ${row}`);
        }
      }
      for (const [other, { to: after, marks }] of moves(row)) {
        if (taskOf(other) === task) continue;
        const later = moves(to).get(other);
        const names = `${actionName(model, action)} and ${actionName(model, other)} at ${row}`;
        if (later?.marks !== marks) faults.add(`${names}: other marks, or it cannot be done any more`);
        else if (later.to.join() !== moves(after).get(action)?.to.join()) faults.add(`${names} do not commute`);
      }
    }
  };
  for (const row of everyState(model)) {
    for (let task = ample.pick(row, 0, 0); task >= 0; task = ample.pick(row, 0, task + 1)) {
      const own = ownMoves(row, task);
      if (own.length === 0) continue;
      alone += 1;
      const wanted = own.map(([action, { marks }]) => `${actionName(model, action)} ${marks}`).join();
      let level = new Map([[row.join(), row]]);
      const seen = new Set(level.keys());
      for (let step = 0; step <= depth && level.size > 0; step += 1) {
        const next = new Map<string, Int32Array>();
        for (const at of level.values()) {
          check(at, task, wanted);
          for (const [action, { to }] of moves(at)) {
            if (taskOf(action) === task || seen.has(to.join())) continue;
            seen.add(to.join());
            next.set(to.join(), to);
          }
        }
        level = next;
      }
      ample.pick(row, 0, 0); // it remembers where it looked last
    }
  }
  return { faults: [...faults], alone };
};
