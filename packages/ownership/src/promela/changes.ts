import type { Field, Value } from '@custody/explore';
import type { Option, Spot } from './options.ts';

/** By place, the values that a field may have there: follows what a task writes to it, which nobody else does. */
const valuesAt = (field: Field, start: number, spots: readonly Spot[]): ReadonlyMap<number, ReadonlySet<number>> => {
  const known = new Map(spots.map(({ at }, index) => [at, new Set(index === 0 ? [start] : [])]));
  let isNew = true;
  const arrive = (at: number, value: number): void => {
    const values = known.get(at);
    if (values === undefined || values.has(value)) return;
    values.add(value);
    isNew = true;
  };
  while (isNew) {
    isNew = false;
    for (const { at, options } of spots) {
      for (const { writes, next } of options) {
        const write = writes.find((one) => one.field === field);
        for (const value of write === undefined ? [...(known.get(at) ?? [])] : [write.value]) arrive(next, value);
      }
    }
  }
  return known;
};

const writtenBy = (spots: readonly Spot[]): ReadonlySet<Field> =>
  new Set(spots.flatMap(({ options }) => options.flatMap(({ writes }) => writes.map(({ field }) => field))));

const isCounted = (field: Field, spots: readonly Spot[]): boolean =>
  spots.some(({ options }) =>
    options.some(({ writes }) => writes.some((write) => write.field === field && write.step !== undefined)),
  );

/**
 * The same without what writes a value where it stands already, as far as that can be told from the writer alone.
 *
 * @param start - what each field holds before the first step.
 */
export const onlyChanges = (
  tasks: readonly (readonly Spot[])[],
  start: (field: Field) => number,
): readonly (readonly Spot[])[] => {
  const written = tasks.map(writtenBy);
  return tasks.map((spots, task) => {
    const own = [...(written[task] ?? [])].filter(
      (field) => !isCounted(field, spots) && written.every((others, other) => other === task || !others.has(field)),
    );
    const known = new Map(own.map((field) => [field, valuesAt(field, start(field), spots)]));
    const isChange = (at: number, { field, value }: Value): boolean => {
      const values = known.get(field)?.get(at);
      return values === undefined || values.size !== 1 || !values.has(value);
    };
    return spots.map(({ at, options }) => ({
      at,
      options: options.map(
        (option): Option => ({ ...option, writes: option.writes.filter((write) => isChange(at, write)) }),
      ),
    }));
  });
};
