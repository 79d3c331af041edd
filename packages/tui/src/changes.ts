import type { World } from '@custody/trace';

/** The parts of a world that have entries with fields. */
type Part = 'groups' | 'devices' | 'locks' | 'tasks';
const parts: readonly Part[] = ['groups', 'devices', 'locks', 'tasks'];

/** What one event did to the world. */
export interface Changes {
  /** Did this field of this entry change? An entry that is new changed in every field. */
  readonly has: (part: Part, id: string, field: string) => boolean;
  /** Ids that had an entry before and have none now: a lock that became free, a task that left its last call. */
  readonly gone: (part: Part) => readonly string[];
}

type Entries = Readonly<Record<string, object>>;

/** Fields of the vocabulary are plain JSON. */
const isSame = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

const changedFields = (before: Entries, after: Entries): readonly string[] =>
  Object.entries(after).flatMap(([id, entry]) => {
    const old = before[id];
    if (old === entry) return [];
    const was = new Map<string, unknown>(Object.entries(old ?? {}));
    return Object.entries(entry).flatMap(([field, value]) =>
      old !== undefined && isSame(was.get(field), value) ? [] : [`${id} ${field}`],
    );
  });

/** What differs between two worlds, to be marked with a sign beside each field. */
export const changesBetween = (before: World, after: World): Changes => {
  const fields = new Set(
    parts
      .filter((part) => before[part] !== after[part])
      .flatMap((part) => changedFields(before[part], after[part]).map((field) => `${part} ${field}`)),
  );
  const gone = (part: Part) => Object.keys(before[part]).filter((id) => !(id in after[part]));
  return { has: (part, id, field) => fields.has(`${part} ${id} ${field}`), gone };
};
