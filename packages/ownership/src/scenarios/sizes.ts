import { claim, type DriverName, release, type ScriptedCall, upTo } from '../scenario.ts';

/** A claimer: its own user, through `device`; it lets go what it got. */
const claimer = (task: number, device: string): readonly ScriptedCall[] => [
  claim(`user:T${task}`, device),
  release(`user:T${task}`, device),
];

/** Claimers after the first `tasks` tasks. */
export const claimers = (count: number, tasks: number, device: string): readonly (readonly ScriptedCall[])[] =>
  upTo(count).map((index) => claimer(tasks + index, device));

/** Devices by name. */
export const devicesOf = (
  entries: readonly (readonly [string, DriverName | null])[],
): Record<string, DriverName | null> => Object.fromEntries(entries);
