import type { DriverName, Scenario, ScriptedCall, Variant } from '@custody/ownership';
import type { DeviceId, GroupTopology } from '@custody/trace';
import type { DriverNames } from './driver-names.ts';

/** How many tasks can be inside calls on one group at one time, and how many users can have it in mind. */
export const slots = 16;
export const users = 12;
export const userNamed = (index: number): string => `U${index}`;

/** A bind that, if nothing else is said, may fail wherever a kernel's may. */
export const bindCall = (
  device: DeviceId,
  driver: DriverName,
  chance: 'ok' | 'may fail' = 'may fail',
): Extract<ScriptedCall, { readonly kind: 'bind' }> => ({
  kind: 'bind',
  device,
  drivers: [driver],
  via: 'sysfs',
  pinctrl: chance,
  firmware: chance,
  sysfs: chance,
  probe: chance,
  groups: chance,
});
export const unbindCall = (device: DeviceId): Extract<ScriptedCall, { readonly kind: 'unbind' }> => ({
  kind: 'unbind',
  device,
  from: null,
});

export type UserKind = Extract<ScriptedCall, { readonly owner: string }>['kind'];
export const userCall = (kind: UserKind, user: number, device: DeviceId): ScriptedCall => ({
  kind,
  owner: userNamed(user),
  device,
});

/** Everything that a program is made from, in a line. */
export const nameOfCall = (call: ScriptedCall): string =>
  [
    call.kind,
    'device' in call ? call.device : '',
    'drivers' in call ? call.drivers.join() : '',
    'owner' in call ? call.owner : '',
  ].join(' ');

/** One of each kind of call that a recording tells apart under the variant. */
export const allCalls = (variant: Variant, [first]: readonly DeviceId[]): readonly ScriptedCall[] => {
  if (first === undefined) return [];
  const kinds: readonly UserKind[] =
    variant.knobs.userGuard === 'viability' ? syscallKinds : ['claim', 'release', 'attach-group', 'detach-group'];
  return [
    bindCall(first, 'nic'),
    unbindCall(first),
    { kind: 'store-type' },
    ...kinds.map((kind) => userCall(kind, 0, first)),
  ];
};

/** What VFIO's system calls are to a scheme that claims nothing: the only thing that tells who has the group. */
const syscalls: Readonly<Record<string, UserKind>> = {
  'ioctl VFIO_GROUP_SET_CONTAINER': 'set-container',
  'ioctl VFIO_SET_IOMMU': 'set-iommu',
  'ioctl VFIO_GROUP_GET_DEVICE_FD': 'open-device',
  'ioctl VFIO_GROUP_UNSET_CONTAINER': 'close',
  'close /dev/vfio/GROUP': 'close',
};

export const syscallNames: readonly string[] = Object.keys(syscalls);
export const syscallsOf = (kind: UserKind): readonly string[] => syscallNames.filter((name) => syscalls[name] === kind);

export const syscallKinds: readonly UserKind[] = [...new Set(Object.values(syscalls))];

/** Where a claim tells who has the group, a system call tells nothing more. */
export const syscallKind = ({ knobs }: Variant, call: string): UserKind | null =>
  knobs.userGuard === 'viability' ? (syscalls[call] ?? null) : null;

/**
 * A group of a run as the model has it: its devices and their drivers. The scripts are followed by nobody; they say how
 * many tasks and users there can be, and which kinds of call.
 */
export const scenarioOf = ({ id, devices }: GroupTopology, drivers: DriverNames): Scenario => {
  const [first] = devices;
  if (first === undefined) throw new RangeError(`Cannot tell of group ${id} as it has no devices`);
  const calls: ScriptedCall[] = [
    { kind: 'store-type' },
    { kind: 'attach', device: first.id },
    userCall('attach-group', 0, first.id),
    ...Array.from({ length: users }, (_, user) => userCall('claim', user, first.id)),
  ];
  return {
    id: `group ${id}`,
    title: `group ${id} of a run`,
    tags: [],
    devices: Object.fromEntries(
      devices.map(({ id: device, driver, managed }) => [
        device,
        driver === null ? null : drivers.learn(driver, managed),
      ]),
    ),
    owner: null,
    tasks: Array.from({ length: slots }, (_, slot) => (slot === 0 ? calls : [])),
  };
};
