import { type TaskId, taskId } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefix, type Happening, pairedTasks, partialOrder, partingOf, swapsIn } from './partial-order.ts';

const at = (task: string, key: number, ...touches: readonly number[]): Happening => ({
  task: taskId(task),
  role: 'writer',
  key,
  touches,
});

/** Any short run: four tasks of one role, three objects. */
const anyRun = fc.array(
  fc
    .tuple(fc.constantFrom('1', '2', '3', '4'), fc.nat(2), fc.uniqueArray(fc.nat(2), { maxLength: 2 }))
    .map(([task, key, touches]) => at(task, key, ...touches.toSorted())),
  { maxLength: 25 },
);

const areDependent = (one: Happening, other: Happening): boolean =>
  one.task === other.task || one.touches.some((object) => other.touches.includes(object));

/** The run with neighbours swapped at places that `dice` name, where they are independent; and how often that was. */
const shuffled = (run: readonly Happening[], dice: readonly number[]) => {
  const events = [...run];
  let swapped = 0;
  for (const die of dice) {
    const place = events.length < 2 ? 0 : die % (events.length - 1);
    const [one, other] = [events[place], events[place + 1]];
    if (one === undefined || other === undefined || areDependent(one, other)) continue;
    events[place] = other;
    events[place + 1] = one;
    swapped += 1;
  }
  return { events, swapped };
};

const renumbered = (events: readonly Happening[]): Happening[] =>
  events.map((event) => ({ ...event, task: taskId(`9${event.task}`) as TaskId }));

const compared = (left: readonly Happening[], right: readonly Happening[]) => {
  const [mine, theirs] = [partialOrder(left), partialOrder(right)];
  const pairs = pairedTasks(mine, theirs);
  const prefix = commonPrefix(mine, theirs, pairs);
  return { ...prefix, parting: partingOf(mine, theirs, pairs, prefix), swaps: swapsIn(prefix.matches) };
};

describe('a run and the same with independent neighbours swapped and pids renumbered', () => {
  it('have all in common, whatever was swapped', () => {
    fc.assert(
      fc.property(anyRun, fc.array(fc.nat()), (run, dice) => {
        const { events, swapped } = shuffled(run, dice);
        const { shared, swaps, parting } = compared(run, renumbered(events));
        expect(shared).toBe(run.length);
        expect(swaps).toBeLessThanOrEqual(swapped);
        expect(parting).toEqual({ left: null, right: null });
      }),
    );
  });

  it('have them swapped as often as a sort by swapping neighbours takes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { maxLength: 40 }), (order) => {
        let swaps = 0;
        const sorting = [...order];
        for (let round = 0; round < sorting.length; round += 1) {
          for (let place = 1; place < sorting.length; place += 1) {
            const [one, other] = [sorting[place - 1] as number, sorting[place] as number];
            if (one <= other) continue;
            [sorting[place - 1], sorting[place]] = [other, one];
            swaps += 1;
          }
        }
        expect(swapsIn(Int32Array.from(order))).toBe(swaps);
      }),
    );
  });
});

describe('two dependent events in the other order', () => {
  it('are where the runs part', () => {
    fc.assert(
      fc.property(anyRun, fc.nat(), (run, seed) => {
        // Unlike in what they do, so that the swap can be seen.
        const places = run.flatMap((event, place) => {
          const next = run[place + 1];
          return next !== undefined && event.task !== next.task && areDependent(event, next) && event.key !== next.key
            ? [place]
            : [];
        });
        const place = places[seed % places.length];
        fc.pre(place !== undefined);
        const told = run.map((event): Happening => ({ ...event, role: event.task }));
        const other = told.toSpliced(place, 2, told[place + 1] as Happening, told[place] as Happening);
        const { shared, parting } = compared(told, other);
        expect(shared).toBeLessThan(run.length);
        expect(parting).toEqual({ left: place, right: place });
      }),
    );
  });
});

describe('where runs part', () => {
  const [lock, group] = [7, 8];

  it('is what the task did instead', () => {
    const same = [at('1', 0, lock), at('2', 1, group)];
    const { parting } = compared([...same, at('1', 2, lock), at('2', 3)], [...same, at('2', 3), at('1', 4, lock)]);
    expect(parting).toEqual({ left: 2, right: 3 });
  });

  it('is who came first to an object, when the task does the same later', () => {
    const [one, other] = [
      { ...at('1', 1, lock), role: 'a' },
      { ...at('2', 2, lock), role: 'b' },
    ];
    expect(compared([one, other], [other, one]).parting).toEqual({ left: 0, right: 0 });
  });

  it('is past the end of the one that is over', () => {
    expect(compared([at('1', 1)], [at('1', 1), at('1', 2)]).parting).toEqual({ left: null, right: 1 });
  });
});
