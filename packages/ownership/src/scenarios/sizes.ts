import { claim, type DriverName, letter, release, type ScriptedCall, type Size, upTo } from '../scenario.ts';

/** A claimer: its own user, through `device`; it lets go what it got. */
const claimer = (task: number, device: string): readonly ScriptedCall[] => [
  claim(`user:T${task}`, device),
  release(`user:T${task}`, device),
];

/** Claimers after the first `tasks` tasks. */
export const claimers = (count: number, tasks: number, device: string): readonly (readonly ScriptedCall[])[] =>
  upTo(count).map((index) => claimer(tasks + index, device));

/** `count` devices, by what number `index` has bound; and where there are claimers, V, through which they speak. */
export const devicesFor = (
  { devices, claimers: users }: Size,
  driverOf: (index: number) => DriverName | null,
): Record<string, DriverName | null> =>
  devicesOf([
    ...upTo(devices).map((index) => [letter(index), driverOf(index)] as const),
    ...(users > 0 ? [['V', 'vfio'] as const] : []),
  ]);

/** Devices by name. */
export const devicesOf = (
  entries: readonly (readonly [string, DriverName | null])[],
): Record<string, DriverName | null> => Object.fromEntries(entries);
