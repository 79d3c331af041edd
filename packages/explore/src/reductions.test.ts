import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ExploreOptions, explore, noReduction, type Reduction } from './explore.ts';
import type { Property } from './property.ts';
import type { Report } from './report.ts';
import { type HandModel, type HandStep, handModel, type Named } from './steps.testing.ts';

/** One step of a script that several tasks share, each with a field `own` of its own. */
type Draft =
  | {
      readonly kind: 'put' | 'see' | 'wait' | 'jump';
      readonly field: string;
      readonly value: number;
      readonly to: number;
    }
  | { readonly kind: 'take' | 'drop'; readonly lock: string }
  | { readonly kind: 'add'; readonly field: string }
  | { readonly kind: 'maybe'; readonly to: number }
  | { readonly kind: 'count'; readonly value: number };

const shared = ['s', 't'];
const locks = ['l', 'm'];
const values = 3;

const field = fc.constantFrom('own', 'own', ...shared);
const value = fc.nat(values - 1);
const to = fc.nat(6);
const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('put', 'put', 'see', 'wait', 'jump'), field, value, to }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('take', 'drop'), lock: fc.constantFrom(...locks) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add'), field }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('maybe'), to }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('count'), value }) },
);

interface Plan {
  readonly script: readonly Draft[];
  /** How many tasks have it. */
  readonly copies: number;
}
const plans: fc.Arbitrary<readonly Plan[]> = fc
  .array(fc.record({ script: fc.array(draft, { minLength: 1, maxLength: 5 }), copies: fc.constantFrom(1, 2, 2, 3) }), {
    minLength: 1,
    maxLength: 2,
  })
  .filter((all) => all.reduce((sum, { copies }) => sum + copies, 0) > 1);

/** `draft` as task `task` does it, whose likes are `alike`. */
const stepOf = (one: Draft, task: number, alike: readonly number[], length: number): HandStep => {
  const named = (name: string): string => (name === 'own' ? `own${task}` : name);
  const target = (place: number): number => place % (length + 1);
  switch (one.kind) {
    case 'put':
      return { run: (at) => void at.set(named(one.field), one.value) };
    case 'add':
      return { run: (at) => void at.set(named(one.field), (at.get(named(one.field)) + 1) % values) };
    case 'see':
      return { run: (at) => void at.mark(`saw ${one.field} ${at.get(named(one.field))}`) };
    case 'wait':
      return { when: (at) => at.get(named(one.field)) === one.value };
    case 'jump':
      return { run: (at) => (at.get(named(one.field)) === one.value ? target(one.to) : undefined) };
    case 'maybe':
      return { fails: () => target(one.to) };
    case 'take':
      return { takes: one.lock };
    case 'drop':
      return {
        run: (at) => {
          if (at.get(one.lock) === task + 1) at.set(one.lock, 0);
          else at.mark(`dropped ${one.lock} for nothing`);
          return undefined;
        },
      };
    case 'count':
      return {
        run: (at) => {
          const like = alike.filter((other) => other !== task && at.get(`own${other}`) === one.value);
          at.mark(`counted ${like.length}`);
          return undefined;
        },
      };
  }
};

const modelOf = (all: readonly Plan[]): HandModel => {
  const first = all.map((_, index) => all.slice(0, index).reduce((sum, { copies }) => sum + copies, 0));
  const groups = all.map(({ copies }, index) =>
    Array.from({ length: copies }, (_, copy) => (first[index] ?? 0) + copy),
  );
  const tasks = all.flatMap(({ script }, index) =>
    (groups[index] ?? []).map((task) => script.map((one) => stepOf(one, task, groups[index] ?? [], script.length))),
  );
  return handModel({
    fields: Object.fromEntries([...shared, ...tasks.map((_, task) => `own${task}`)].map((name) => [name, values])),
    locks,
    tasks,
    alike: groups
      .filter(({ length }) => length > 1)
      .map((members) => members.map((task) => ({ task, fields: [`own${task}`] }))),
  });
};

const propertiesOf = ({ tasks, property }: HandModel): readonly Property[] => {
  const sum = (at: Named): number => shared.reduce((total, name) => total + at.get(name), 0);
  const own = (at: Named, wanted: number): number =>
    Array.from({ length: tasks }, (_, task) => at.get(`own${task}`)).filter((is) => is === wanted).length;
  return [
    property('little is shared', (at) => sum(at) < 3),
    property('little is shared when nobody is inside l', (at) => sum(at) < 3, { unless: ['l'] }),
    property('s is 0 when nobody is inside l or m', (at) => at.get('s') === 0, { unless: ['l', 'm'] }),
    property('two have 2', (at) => own(at, 2) > 1, { kind: 'sometimes' }),
    property('nobody has 1 when nobody is inside m', (at) => own(at, 1) === 0, { unless: ['m'] }),
  ];
};

const told = ({ standstills, deadlock, witnesses, marks }: Report) => ({
  stands: standstills > 0,
  deadlock: deadlock !== undefined,
  witnesses: [...witnesses.keys()].sort(),
  marks: [...marks.keys()].sort(),
});

const lengths = ({ deadlock, witnesses, marks }: Report): ReadonlyMap<string, number> =>
  new Map(
    [...(deadlock ? [['deadlock', deadlock.schedule] as const] : []), ...witnesses, ...marks].map(
      ([what, schedule]) => [what, schedule.length] as const,
    ),
  );

const look = (all: readonly Plan[], reduction: Reduction, options: ExploreOptions = {}) => {
  const model = modelOf(all);
  const done = new Set<string>();
  const report = explore(model, propertiesOf(model), {
    maxStates: 20_000,
    leastGain: 0,
    reduction,
    onDone: (states, at) => done.add(states.slice(at, at + model.words).join()),
    ...options,
  });
  return { report, done: [...done].sort() };
};

const reductions: readonly Reduction[] = [
  { symmetry: true, ample: false },
  { symmetry: false, ample: true },
  { symmetry: true, ample: true },
];

const { process } = globalThis as { readonly process?: { readonly env: Readonly<Record<string, string | undefined>> } };
/** `REDUCTIONS=all npx vitest` tries more than there is time for every time. */
const isThorough = process?.env['REDUCTIONS'] === 'all';

it('any model is found to do the same with reductions and without', () => {
  let [reduced, compared] = [0, 0];
  fc.assert(
    fc.property(plans, (all) => {
      const full = look(all, noReduction);
      if (!full.report.complete) return;
      for (const reduction of reductions) {
        // The search for shortest ways would find what the reduced one has missed.
        const alone = look(all, reduction, { exactStates: 1 });
        expect(told(alone.report)).toEqual(told(full.report));
        expect(alone.report.states).toBeLessThanOrEqual(full.report.states);
        if (!reduction.symmetry) expect(alone.done).toEqual(full.done);
        else expect(alone.done.length > 0).toBe(full.done.length > 0);
        for (const exactStates of [20, 100_000]) {
          const { report } = look(all, reduction, { exactStates });
          const shortest = lengths(full.report);
          for (const [what, length] of lengths(report)) {
            const isShortest = report.shortestTo === null || length <= report.shortestTo;
            if (isShortest) expect([what, length]).toEqual([what, shortest.get(what)]);
            else expect(length).toBeGreaterThanOrEqual(shortest.get(what) ?? Number.NaN);
          }
        }
        compared += 1;
        if (alone.report.states < full.report.states) reduced += 1;
      }
    }),
    { numRuns: isThorough ? 5000 : 200, ...(!isThorough && { seed: 20261125 }) },
  );
  expect(reduced).toBeGreaterThan(compared / 10);
});
