import type { LockId, LockState, TaskId, TaskState, World } from '@custody/trace';
import type { Changes } from './changes.ts';
import { signed } from './group-rows.ts';
import { type Row, span } from './row.ts';
import { callObject, shortLock } from './short-fields.ts';

const lockRow = (id: LockId, { holders, waiters }: LockState, changes: Changes): Row => {
  const isDouble = holders.length > 1;
  const has = (field: string) => changes.has('locks', id, field);
  const held = holders.length === 0 ? 'free' : holders.join(' ');
  return [
    isDouble ? span('!!', 'bad') : span(''),
    span(isDouble ? ' lock ' : 'lock '),
    span(shortLock(id)),
    ...signed(has('holders'), held, isDouble ? 'bad' : 'normal'),
    ...(waiters.length === 0 ? [] : [span(' wait'), ...signed(has('waiters'), waiters.join(' '), 'warn')]),
  ];
};

/** Who holds and who wants each lock, and which lock has just become free. More than one holder is flagged `!!`. */
export const lockRows = (world: World, changes: Changes): readonly Row[] => {
  const ids = Object.keys(world.locks).sort() as LockId[];
  const held = ids.map((id) => lockRow(id, world.locks[id] as LockState, changes));
  const freed = changes
    .gone('locks')
    .map((id): Row => [span('lock '), span(shortLock(id as LockId)), ...signed(true, 'free')]);
  return [...held, ...freed];
};

const callsText = ({ calls }: TaskState): string =>
  calls.map((call) => `${call.op} ${callObject(call)}`.trimEnd()).join(' > ');

/** Which call each task is in, outermost first, and which task has just left its last one. */
export const taskRows = (world: World, changes: Changes): readonly Row[] => {
  const inside = (Object.entries(world.tasks) as [TaskId, TaskState][]).map(
    ([id, task]): Row => [span('task '), span(id), ...signed(changes.has('tasks', id, 'calls'), callsText(task))],
  );
  const left = changes.gone('tasks').map((id): Row => [span('task '), span(id), ...signed(true, 'in no call')]);
  return [...inside, ...left];
};

/** What makes everything else doubtful: lost events, kernel bugs. */
export const troubleRows = ({ lost, bugs }: World): readonly Row[] => [
  ...(lost === 0 ? [] : [[span(`!! ${lost} event${lost === 1 ? '' : 's'} lost so far`, 'bad')]]),
  ...bugs.slice(-2).map((what) => [span(`!! BUG ${what}`, 'bad')]),
];
