import type { Action, Field, Interchangeable } from '@custody/explore';
import { actionOf, outcomeOf, taskOf } from '@custody/explore';

/** By group: place → the member that comes there. */
export type Exchange = readonly (readonly number[])[];

const fieldIn = (row: Int32Array, { word, shift, mask }: Field): number => ((row[word] as number) >>> shift) & mask;
const put = (row: Int32Array, { word, shift, mask }: Field, value: number): void => {
  row[word] = ((row[word] as number) & ~(mask << shift)) | (value << shift);
};

const ordersOf = (count: number): readonly (readonly number[])[] =>
  count === 0
    ? [[]]
    : ordersOf(count - 1).flatMap((order) =>
        Array.from({ length: count }, (_, place) => order.toSpliced(place, 0, count - 1)),
      );

/** Every way to exchange members. */
export const exchangesOf = ({ groups }: Interchangeable): readonly Exchange[] =>
  groups.reduce<readonly Exchange[]>(
    (before, { members }) => before.flatMap((others) => ordersOf(members.length).map((order) => [...others, order])),
    [[]],
  );

/** Exchanges of two neighbours: every other is made of these. */
export const swapsOf = ({ groups }: Interchangeable): readonly Exchange[] =>
  groups.flatMap(({ members }, group) =>
    members.slice(1).map((_, left) =>
      groups.map((other, number) => {
        const order = other.members.map((_member, place) => place);
        return number === group ? order.with(left, left + 1).with(left + 1, left) : order;
      }),
    ),
  );

/** The state with members exchanged, field by field: the definition. */
export const exchanged = ({ groups, references }: Interchangeable, row: Int32Array, exchange: Exchange): Int32Array => {
  const after = row.slice();
  const renamed = (field: Field, value: number): number => {
    const names = references.find((reference) => reference.field === field)?.names;
    const name = names?.[value];
    if (names === undefined || name === null || name === undefined) return value;
    const member = exchange[name.group]?.indexOf(name.member);
    return names.findIndex(
      (other) => other !== null && other.group === name.group && other.member === member && other.role === name.role,
    );
  };
  const own = new Set(groups.flatMap(({ members }) => members.flatMap(({ fields }) => fields)));
  for (const [group, { members }] of groups.entries()) {
    for (const [place, { fields }] of members.entries()) {
      const source = members[exchange[group]?.[place] ?? place]?.fields ?? [];
      for (const [index, field] of fields.entries()) {
        const from = source[index] as Field;
        put(after, field, renamed(from, fieldIn(row, from)));
      }
    }
  }
  for (const { field } of references) if (!own.has(field)) put(after, field, renamed(field, fieldIn(row, field)));
  return after;
};

/** Who makes the move then. */
export const exchangedAction = ({ groups }: Interchangeable, action: Action, exchange: Exchange): Action => {
  for (const [group, { members }] of groups.entries()) {
    for (const [place, { tasks }] of members.entries()) {
      const role = members[exchange[group]?.[place] ?? place]?.tasks.indexOf(taskOf(action)) ?? -1;
      if (role >= 0) return actionOf(tasks[role] as number, outcomeOf(action));
    }
  }
  return action;
};

/** One text for all states that differ in the names only. */
export const orbitOf = (symmetry: Interchangeable, row: Int32Array, exchanges = exchangesOf(symmetry)): string =>
  exchanges
    .map((exchange) => exchanged(symmetry, row, exchange).join())
    .reduce((least, text) => (text < least ? text : least));
