import type { ProbeSeen } from '../probes-seen.ts';
import type { Mapping } from './mapping.ts';
import { type ArgumentName, keyOf, type MeaningName, type ProbeRow } from './row.ts';

/** Facts that answer one question together. */
interface Family {
  readonly id: string;
  readonly about: string;
  /** Rows of any of these (and, with `as`, of one of these kinds) tell it; each of `needs` must be told by one. */
  readonly needs: readonly Need[];
  /** Better with it, and told without. */
  readonly helps?: readonly Need[];
}

interface Need {
  readonly means: readonly MeaningName[];
  readonly as?: readonly string[];
  /** What its probe must print. */
  readonly prints?: readonly ArgumentName[];
}

const call = (...ops: readonly string[]): readonly Need[] =>
  ops.flatMap((op) => [
    { means: ['CallEntered'], as: [op] },
    { means: ['CallReturned'], as: [op] },
  ]);

const families: readonly Family[] = [
  {
    id: 'locks',
    about: 'who wants, has and drops which mutex',
    needs: [{ means: ['LockRequested'] }, { means: ['LockReleased'] }],
    helps: [{ means: ['LockAcquired'] }],
  },
  { id: 'contention', about: 'a mutex taken on the slow path', needs: [{ means: ['LockContended'] }] },
  {
    id: 'binds',
    about: 'a bind from its beginning to its answer',
    needs: [{ means: ['BindStarted'] }, { means: ['BindReturned'] }, { means: ['ProbeReturned'] }],
  },
  {
    id: 'managed drivers',
    about: 'whether a driver manages its own DMA',
    needs: [{ means: ['BindStarted'], prints: ['mdma'] }],
  },
  {
    id: 'unbinds',
    about: 'an unbind from its beginning to its end, and when dev->driver was cleared',
    needs: [
      { means: ['BusNotified', 'BusNotified, DriverCleared'] },
      { means: ['RemoveReturned'] },
      { means: ['DriverCleared', 'BusNotified, DriverCleared'] },
      { means: ['UnbindReturned'] },
    ],
  },
  {
    id: 'bus notifications',
    about: 'what the bus told its listeners, hotplug too',
    needs: [{ means: ['BusNotified', 'BusNotified, DriverCleared'] }],
  },
  {
    id: 'ownership calls',
    about: 'use, unuse, claim and release, with their answers',
    needs: call('use', 'unuse', 'claim', 'release'),
  },
  {
    id: 'ownership state',
    about: 'owner and count, as read under the group’s mutex',
    needs: [{ means: ['LockReleased'], prints: ['owner', 'cnt'] }],
  },
  {
    id: 'domains',
    about: 'the domain of a group, as read under its mutex',
    needs: [{ means: ['LockReleased'], prints: ['dom', 'ddom'] }, ...call('attach', 'detach')],
  },
  { id: 'type store', about: 'writes to a group’s type in sysfs', needs: call('store-type') },
  {
    id: 'viability',
    about: 'VFIO’s question whether a group is viable, and the BUG when it is not',
    needs: [{ means: ['GroupNotified'] }, { means: ['BugHit'] }],
  },
  {
    id: 'user space',
    about: 'who asked for what: sysfs writes, the files of VFIO',
    needs: [
      { means: ['SyscallEntered'], as: ['write bind'] },
      { means: ['SyscallEntered'], as: ['write unbind'] },
      { means: ['SyscallEntered'], as: ['ioctl'] },
      { means: ['SyscallReturned'] },
    ],
  },
  { id: 'markers', about: 'what a script wrote of itself', needs: [{ means: ['MarkerWritten'] }] },
];

/** A probe to add, so that a family can be told. */
export interface Missing {
  readonly row: ProbeRow;
  /** What it must print that it does not. */
  readonly prints: readonly ArgumentName[];
}

/** Whether a trace can show a family of facts. */
export interface FamilyShown {
  readonly id: string;
  readonly about: string;
  /** `absent`: this line of kernels has no such thing. `partly`: some of what it needs is there. */
  readonly shown: 'yes' | 'partly' | 'no' | 'absent';
  /** Trace events that tell it. */
  readonly by: readonly string[];
  readonly missing: readonly Missing[];
  /** Not needed, and would tell it better. */
  readonly better: readonly Missing[];
}

/** A probe that is there: one that printed lines, or one that was only defined. */
export type ProbeThere = Pick<ProbeSeen, 'name' | 'on' | 'at'> & { readonly arguments: readonly ArgumentName[] };

const answers = ({ means, as }: Need, row: ProbeRow): boolean =>
  means.includes(row.means) && (as === undefined || (row.as !== undefined && as.includes(row.as)));

interface Answer {
  readonly by: readonly string[];
  readonly missing: Missing | null;
}

/** By what a line's object is known; one of those that its row uses must be printed. */
const identifying: readonly ArgumentName[] = ['dev', 'lock', 'gp', 'gid'];

/** null when the line has no row for it. */
const answerTo = (need: Need, rows: readonly ProbeRow[], there: readonly ProbeThere[]): Answer | null => {
  const able = rows.filter((row) => answers(need, row));
  const [first] = able;
  const prints = need.prints ?? [];
  const fit = first?.uses.length === 0 || prints.every((argument) => able.some(({ uses }) => uses.includes(argument)));
  if (first === undefined || !fit) return null;
  const keys = new Set(able.map(keyOf));
  const standing = there.filter((probe) => keys.has(keyOf(probe)));
  const identifies = (probe: ProbeThere): boolean => {
    const named = identifying.filter((argument) => first.uses.includes(argument));
    return named.length === 0 || named.some((argument) => probe.arguments.includes(argument));
  };
  const whole = standing.filter(
    (probe) => identifies(probe) && prints.every((argument) => probe.arguments.includes(argument)),
  );
  if (whole.length > 0) return { by: whole.map(({ name }) => name), missing: null };
  return { by: [], missing: { row: first, prints: prints.length > 0 ? prints : first.uses } };
};

/** Most returns show nothing of what the function is about: they are read with what its entry said. */
const entryOf = (answer: Answer, rows: readonly ProbeRow[], there: readonly ProbeThere[], of: Need): Answer[] => {
  const [row] = rows.filter((one) => one.at === 'return' && answers(of, one) && one.means !== 'LockAcquired');
  const told = there.filter((probe) => answer.by.includes(probe.name));
  const functions = told.length > 0 ? told.map(({ on }) => on) : row === undefined ? [] : [row.on];
  const entries = rows.filter(({ on, at }) => at === 'entry' && functions.includes(on));
  if (row === undefined || entries.length === 0) return [];
  const standing = there.filter((probe) => probe.at === 'entry' && functions.includes(probe.on));
  if (standing.length > 0) return [{ by: standing.map(({ name }) => name), missing: null }];
  return entries.slice(0, 1).map((entry) => ({ by: [], missing: { row: entry, prints: entry.uses } }));
};

const shownOf = (answers: readonly Answer[]): FamilyShown['shown'] => {
  if (answers.length === 0) return 'absent';
  const missing = answers.filter(({ missing: one }) => one !== null).length;
  if (missing === 0) return 'yes';
  return missing === answers.length ? 'no' : 'partly';
};

/** Each once. */
const missingIn = (found: readonly Answer[]): Missing[] => {
  const missing = found.flatMap((answer) => answer.missing ?? []);
  const keys = missing.map(({ row }) => keyOf(row));
  return missing.filter((_, index) => keys.indexOf(keys[index] as string) === index);
};

/** Per family of facts, whether probes that are there can show it, and which to add where not. */
export const familiesShown = ({ rows }: Mapping, there: readonly ProbeThere[]): readonly FamilyShown[] =>
  families.map(({ id, about, needs, helps = [] }) => {
    const given = needs.flatMap((need) => {
      const answer = answerTo(need, rows, there);
      return answer === null ? [] : [answer, ...entryOf(answer, rows, there, need)];
    });
    const better = helps.flatMap((need) => answerTo(need, rows, there) ?? []);
    return {
      id,
      about,
      shown: shownOf(given),
      by: [...new Set([...given, ...better].flatMap(({ by }) => by))],
      missing: missingIn(given),
      better: missingIn(better),
    };
  });
