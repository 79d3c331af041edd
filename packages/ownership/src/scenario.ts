import type { KnobName, Knobs } from './knobs.ts';

interface DriverTraits {
  /** driver_managed_dma: the core claims nothing for it. */
  readonly managed: boolean;
  /** It matches a device only where driver_override names it. */
  readonly byOverride?: true;
  /** A vfio driver: its remove() waits for user space. */
  readonly vfio?: true;
}

/** The drivers that scenarios are told with (domain/ownership.md §6). */
export const drivers = {
  nic: { managed: false },
  hba: { managed: false },
  /** Claims the group for user space. */
  vfio: { managed: true, byOverride: true, vfio: true },
  /** Managed, and never claims of its own accord. */
  stub: { managed: true },
  /** A vfio driver whose author forgot driver_managed_dma (F-3). */
  'vfio-unflagged': { managed: false, byOverride: true, vfio: true },
} as const satisfies Readonly<Record<string, DriverTraits>>;
export type DriverName = keyof typeof drivers;
export const driverNames = Object.keys(drivers) as readonly DriverName[];
export const traitsOf = (name: DriverName): DriverTraits => drivers[name];

/** What the kernel may do at a place where it may fail: the usual, fail, put off; or more than one of these. */
export type Chance = 'ok' | 'fails' | 'may fail' | 'defers' | 'may defer';

/** Where a bind may fail, in the order in which it gets there. */
export interface BindChances {
  /** pinctrl_bind_pins(), before any claim. */
  readonly pinctrl: Chance;
  /** of_dma_configure() or acpi_dma_configure(), inside dma_configure. */
  readonly firmware: Chance;
  /** driver_sysfs_add(), after the claim. */
  readonly sysfs: Chance;
  /** The driver's probe(). */
  readonly probe: Chance;
  /** device_add_groups(), after a good probe(). */
  readonly groups: Chance;
}

/**
 * How a bind came about: a write to `bind` (or driver_attach by a test), a driver that registers, a device that is
 * added, the deferred probe worker, or a write to `drivers_probe`.
 */
type BindRoute = 'sysfs' | 'register' | 'autoprobe' | 'deferred' | 'drivers_probe';

export interface BindCall extends BindChances {
  readonly kind: 'bind';
  readonly device: string;
  /** In the order in which they are tried; more than one only by autoprobe and drivers_probe. */
  readonly drivers: readonly DriverName[];
  readonly via: BindRoute;
  /** The firmware's set-up is what finds the device's group. */
  readonly joins?: true;
}
export interface UnbindCall {
  readonly kind: 'unbind';
  readonly device: string;
  /** A write to `unbind` of this driver tests dev->driver first, without a lock; null: whoever calls knows. */
  readonly from: DriverName | null;
}
/** Device hotplug: device_add() with the drivers that match, device_del(). */
export interface AddCall extends BindChances {
  readonly kind: 'add';
  readonly device: string;
  readonly drivers: readonly DriverName[];
}
export interface RemoveCall {
  readonly kind: 'remove';
  readonly device: string;
}
/** What user space asks for through the driver of a device; `owner` is who asks. */
export interface UserCall {
  readonly kind:
    | 'claim'
    | 'release'
    | 'claim-device'
    | 'release-device'
    | 'set-container'
    | 'set-iommu'
    | 'open-device'
    | 'close'
    | 'attach-group'
    | 'detach-group';
  readonly owner: string;
  readonly device: string;
}
/** iommu_attach_device() and its twin, or a whole group's attach, by a device's own driver with a domain of its own. */
export interface DomainCall {
  readonly kind: 'attach' | 'detach';
  readonly device: string;
}
/** A write to driver_override; null takes it back. */
export interface OverrideCall {
  readonly kind: 'override';
  readonly device: string;
  readonly driver: DriverName | null;
}
/** The driver's module goes: driver_unregister(), then its memory is freed. */
export interface UnloadCall {
  readonly kind: 'unload';
  readonly driver: DriverName;
}
/** The IOMMU core calls the bus's dma_configure() for a device. */
export interface ConfigureCall {
  readonly kind: 'configure';
  readonly device: string;
}
/** A write to iommu_groups/N/type; or the IOMMU driver brings the group its first default domain. */
export interface GroupCall {
  readonly kind: 'store-type' | 'set-default';
}
export type ScriptedCall =
  | BindCall
  | UnbindCall
  | AddCall
  | RemoveCall
  | UserCall
  | DomainCall
  | OverrideCall
  | UnloadCall
  | ConfigureCall
  | GroupCall;

/** One group, how it stands, and what each task will call, in order. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  /** Device → the driver bound at the start, or null. */
  readonly devices: Readonly<Record<string, DriverName | null>>;
  /** Devices that are not in the group yet: on their bus, or not even plugged in. Default: none. */
  readonly outside?: Readonly<Record<string, 'registered' | 'absent'>>;
  /** The user that owns the group at the start, or null. */
  readonly owner: string | null;
  /** Devices whose file the owner has open at the start, through a container with an IOMMU set. Default: none. */
  readonly open?: readonly string[];
  /** The domain that the group has at the start, where it is not what ownership makes it. */
  readonly domain?: 'own' | 'detached';
  /** How many claims of the DMA API are left over at the start, that no driver has. Default: none. */
  readonly leftOver?: number;
  /** CONFIG_DEBUG_TEST_DRIVER_REMOVE=y. */
  readonly testRemove?: true;
  /** What the scenario changes in a scheme of the kind that it is about; other schemes stay as they are. */
  readonly twist?: Partial<Pick<Knobs, KnobName>>;
  /** The script of T0, T1 … */
  readonly tasks: readonly (readonly ScriptedCall[])[];
  /** The group's mutex goes to who asked first, as far as a waiting claim is concerned. Default: to anybody. */
  readonly queues?: true;
  /** Tasks that begin again when their script ends. Default: none. */
  readonly forever?: readonly number[];
  /** The same story with more or fewer of its people; absent where that makes no sense. */
  readonly scaled?: Scaled;
}

/** How many devices and claimers a scenario has. */
export interface Size {
  readonly devices: number;
  readonly claimers: number;
}
interface Scaled {
  readonly devices: readonly [least: number, most: number];
  readonly claimers: readonly [least: number, most: number];
  readonly usual: Size;
  readonly build: (size: Size) => Pick<Scenario, 'devices' | 'tasks'>;
}

const smooth: BindChances = { pinctrl: 'ok', firmware: 'ok', sysfs: 'ok', probe: 'ok', groups: 'ok' };

/** `device` gets `driver`; where the kernel may fail is said in `chances`. */
export const bind = (
  device: string,
  driver: DriverName | readonly DriverName[],
  { via = 'sysfs', ...chances }: Partial<BindChances> & Partial<Pick<BindCall, 'via' | 'joins'>> = {},
): BindCall => ({
  kind: 'bind',
  device,
  drivers: typeof driver === 'string' ? [driver] : driver,
  via,
  ...smooth,
  ...chances,
});
export const unbind = (device: string, from: DriverName | null = null): UnbindCall => ({
  kind: 'unbind',
  device,
  from,
});
export const add = (
  device: string,
  matching: readonly DriverName[] = [],
  chances: Partial<BindChances> = {},
): AddCall => ({
  kind: 'add',
  device,
  drivers: matching,
  ...smooth,
  ...chances,
});
export const remove = (device: string): RemoveCall => ({ kind: 'remove', device });

const userCall =
  (kind: UserCall['kind']) =>
  (owner: string, device: string): UserCall => ({ kind, owner, device });
export const claim = userCall('claim');
export const release = userCall('release');
export const setContainer = userCall('set-container');
export const setIommu = userCall('set-iommu');
export const openDevice = userCall('open-device');
export const close = userCall('close');

export const attach = (device: string): DomainCall => ({ kind: 'attach', device });
export const detach = (device: string): DomainCall => ({ kind: 'detach', device });
export const override = (device: string, driver: DriverName | null): OverrideCall => ({
  kind: 'override',
  device,
  driver,
});
export const unload = (driver: DriverName): UnloadCall => ({ kind: 'unload', driver });
export const configure = (device: string): ConfigureCall => ({ kind: 'configure', device });
export const storeType: GroupCall = { kind: 'store-type' };
export const setDefault: GroupCall = { kind: 'set-default' };

/** Every user that can own the group, the initial owner first. */
export const usersOf = ({ owner, tasks }: Scenario): readonly string[] => {
  const scripted = tasks.flat().flatMap((call) => ('owner' in call ? [call.owner] : []));
  return [...new Set(owner === null ? scripted : [owner, ...scripted])];
};

/** The device through which `user` speaks: the one that its calls name, else the first that a driver manages. */
export const deviceOf = ({ devices, tasks }: Scenario, user: string): string | undefined => {
  const call = tasks.flat().find((scripted) => 'owner' in scripted && scripted.owner === user);
  if (call !== undefined && 'owner' in call) return call.device;
  return Object.keys(devices).find((device) => {
    const driver = devices[device];
    return driver !== null && driver !== undefined && drivers[driver].managed;
  });
};

const within = (what: string, { id }: Scenario, value: number, [least, most]: readonly [number, number]): void => {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Cannot tell ${id} with ${value} ${what} as it has ${least === most ? least : `${least} to ${most}`}`,
  );
};

/**
 * The scenario with so many devices and claimers.
 *
 * @throws RangeError when it cannot be told with as many, or is of one size only.
 */
export const scale = (scenario: Scenario, { devices, claimers }: Partial<Size>): Scenario => {
  if (devices === undefined && claimers === undefined) return scenario;
  const { scaled } = scenario;
  if (scaled === undefined)
    throw new RangeError(`Cannot tell ${scenario.id} in another size as it is of one size only`);
  const size = { devices: devices ?? scaled.usual.devices, claimers: claimers ?? scaled.usual.claimers };
  within('devices', scenario, size.devices, scaled.devices);
  within('claimers', scenario, size.claimers, scaled.claimers);
  return { ...scenario, ...scaled.build(size) };
};

/** What a scenario is written down as: the parts that its usual size makes are filled in. */
type Draft = Omit<Scenario, 'devices' | 'tasks' | 'scaled'> & { readonly scaled: Scaled };

/** A scenario that comes in sizes, in its usual one. */
export const inSizes = (draft: Draft): Scenario => ({ ...draft, ...draft.scaled.build(draft.scaled.usual) });

const letters = 'ABCDEF';
/** The name of a scenario's device number 0, 1 … */
export const letter = (index: number): string => letters[index] ?? `D${index}`;
/** 0 to `count - 1`. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
