import {
  type DeviceId,
  type DriverId,
  deviceId,
  deviceLock,
  driverId,
  type GroupId,
  groupId,
  groupLock,
  type LockId,
} from '@custody/trace';
import type { ProbeFields } from './syntax/probe-fields.ts';
import type { Address, RecordedTopology } from './topology-file.ts';

/** Larger than any offset of a mutex seen so far in struct iommu_group (88, 104) and struct device (128 to 152). */
const furthestMutex = { group: 256n, device: 1024n } as const;

/** A number as probes print it, of any type; null for whatever else was read there. */
export const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^(?:\d{1,15}|0x[0-9a-f]{1,12})$/.test(text) ? Number(text) : null;

const groupNumber = (text: string | undefined): GroupId | null => {
  const number = numberOf(text);
  return number === null ? null : groupId(String(number));
};

/**
 * An address of a 64-bit kernel, in hex without `0x`: the upper half. A pointer that `%p` hashed has 32 bits, printed
 * with zeros in front (domain/guest.md, trap 5), and so is none.
 */
const kernelAddress = /^[89a-f][0-9a-f]{15}$/;

/** As a probe's `:x64` prints it; null for a hashed pointer, and for whatever is no address of the kernel. */
const pointerOf = (text: string | undefined): string | null =>
  text?.startsWith('0x') && kernelAddress.test(text.slice(2)) ? text.slice(2) : null;

/**
 * Does it point into the kernel's own image or a module, where static data is, and not into its heap? On x86-64 the
 * last 2 GiB are theirs (Documentation/arch/x86/x86_64/mm.rst).
 */
export const isStaticData = (text: string): boolean => /^0xffffffff[89a-f][0-9a-f]{7}$/.test(text);

/** Names for what probes print: the topology's, then what the trace itself put beside an address, then the address. */
export interface AddressBook {
  readonly group: (fields: ProbeFields) => GroupId | null;
  /** A device that is in a group, as far as anybody told; null for any other. */
  readonly device: (fields: ProbeFields) => DeviceId | null;
  /** A device that is just now on its bus. */
  readonly newDevice: (fields: ProbeFields) => DeviceId | null;
  readonly lock: (fields: ProbeFields) => LockId | null;
  /** The lock by its bare address, if it once went by that: it may have been taken before its name was seen. */
  readonly namelessLock: (fields: ProbeFields) => LockId | null;
  /** The lock at the address that a tracepoint prints with `%p`; null for one nobody named, undefined where it is hashed. */
  readonly printedLock: (text: string) => LockId | null | undefined;
  /** A driver by its name or its address; undefined where none was read, null for NULL. */
  readonly driver: (text: string | undefined) => DriverId | null | undefined;
  /** The driver's address, as it stood beside its device. */
  readonly learnDriver: (address: string | undefined, driver: DriverId | null) => void;
  /** VFIO's struct stands beside its group. */
  readonly learnOwner: (fields: ProbeFields) => void;
  /** The device is gone: its address may be another's from now on. */
  readonly forget: (device: DeviceId) => void;
  /** Devices seen for the first time, and their groups, since the last call: not in the topology. */
  readonly takeFound: () => readonly { readonly device: DeviceId; readonly group: GroupId }[];
  /** Group pointers that the topology does not have: it may be of another boot. */
  readonly strangers: () => number;
  /** Cookies whose owner the trace revealed, last meaning last. */
  readonly owners: () => Readonly<Record<string, string>>;
}

/** The last address at or below `at`. */
const below = (addresses: readonly Address[], at: bigint): Address | undefined => {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] as Address).at <= at) low = middle + 1;
    else high = middle;
  }
  return addresses[low - 1];
};

const addressOf = (text: string | undefined): bigint | null =>
  text !== undefined && /^0x[0-9a-f]+$/.test(text) ? BigInt(text) : null;

/** Address 0 is "no group"; `gid=0` beside it is a failed dereference, not group 0 (domain/guest.md, trap 12). */
export const addressBook = ({ topology, addresses: recorded }: RecordedTopology): AddressBook => {
  let addresses = recorded;
  const grouped = new Set<string>(topology.groups.flatMap(({ devices }) => devices.map(({ id }) => id)));
  const strangers = new Set<string>();
  const groups = new Map<string, GroupId>();
  const devices = new Map<string, DeviceId>();
  const locks = new Map<string, LockId>();
  const nameless = new Set<string>();
  const drivers = new Map<string, DriverId>();
  const owners = new Map<string, string>();
  let found: { device: DeviceId; group: GroupId }[] = [];

  const exactly = (text: string, kind: Address['object']['kind']): string | null => {
    const at = addressOf(text);
    const nearest = at === null ? undefined : below(addresses, at);
    return nearest?.at === at && nearest?.object.kind === kind ? nearest.object.id : null;
  };

  const group = (fields: ProbeFields): GroupId | null => {
    const text = fields.get('gp');
    if (text === '0x0' || text === '0') return null;
    const known = text === undefined ? null : exactly(text, 'group');
    const number = groupNumber(fields.get('gid'));
    // Another number beside a known address: a group that came after it. 0 can be a failed dereference.
    if (known !== null && (number === null || number === '0' || number === known)) return groupId(known);
    if (known === null && addressOf(text) !== null && addresses.length > 0) strangers.add(text as string);
    const pointer = pointerOf(text);
    if (number !== null && pointer !== null) groups.set(pointer, number);
    if (number !== null) return number;
    return pointer === null ? null : (groups.get(pointer) ?? groupId(`group@${pointer}`));
  };

  /** By its name, or by its address where the probe prints only that. */
  const printedDevice = (fields: ProbeFields): DeviceId | null => {
    const printed = fields.get('dev') ?? fields.get('devp');
    if (printed === undefined) return null;
    const pointer = pointerOf(printed);
    if (pointer !== null) return devices.get(pointer) ?? deviceId(exactly(printed, 'device') ?? `device@${pointer}`);
    const beside = pointerOf(fields.get('devp'));
    if (beside !== null) devices.set(beside, deviceId(printed));
    return deviceId(printed);
  };

  const lockNear = (text: string, fields: ProbeFields): LockId | null => {
    const at = addressOf(text);
    const nearest = at === null ? undefined : below(addresses, at);
    if (!nearest || at === null || at - nearest.at >= furthestMutex[nearest.object.kind]) return null;
    const { kind, id } = nearest.object;
    // What was read of the very object is nearer to the truth than a neighbour's address.
    const printed = kind === 'device' ? fields.get('dev') : groupNumber(fields.get('gid'));
    if (printed !== undefined && printed !== null && printed !== id) return null;
    return kind === 'device' ? deviceLock(deviceId(id)) : groupLock(groupId(id));
  };

  const lockNamed = (fields: ProbeFields): LockId | null => {
    const printedGroup = groupNumber(fields.get('gid'));
    if (printedGroup !== null) return groupLock(printedGroup);
    const device = printedDevice(fields);
    return device === null ? null : deviceLock(device);
  };

  const lock = (fields: ProbeFields): LockId | null => {
    const text = fields.get('lock');
    const known = text === undefined ? null : lockNear(text, fields);
    if (known !== null) return known;
    const named = lockNamed(fields);
    const pointer = pointerOf(text);
    if (pointer === null) return named;
    if (named !== null) locks.set(pointer, named);
    const learnt = locks.get(pointer);
    if (learnt !== undefined) return learnt;
    nameless.add(pointer);
    return `lock@${pointer}` as LockId;
  };

  return {
    group,
    lock,
    device: (fields) => {
      const device = printedDevice(fields);
      if (device === null || grouped.has(device)) return device;
      const of = group(fields);
      if (of === null) return null;
      grouped.add(device);
      found.push({ device, group: of });
      return device;
    },
    newDevice: printedDevice,
    namelessLock: (fields) => {
      const pointer = pointerOf(fields.get('lock'));
      return pointer !== null && nameless.has(pointer) ? (`lock@${pointer}` as LockId) : null;
    },
    printedLock: (text) => {
      const [, pointer] = /^(?:0x)?([0-9a-f]{16})\b/.exec(text) ?? [];
      if (pointer === undefined || !kernelAddress.test(pointer)) return undefined;
      return locks.get(pointer) ?? lockNear(`0x${pointer}`, new Map());
    },
    driver: (text) => {
      if (text === undefined) return undefined;
      if (!text.startsWith('0x')) return driverId(text);
      if (addressOf(text) === 0n) return null;
      const pointer = pointerOf(text);
      return pointer === null ? undefined : (drivers.get(pointer) ?? driverId(`driver@${pointer}`));
    },
    learnDriver: (address, driver) => {
      const pointer = pointerOf(address);
      if (pointer !== null && driver !== null) drivers.set(pointer, driver);
    },
    learnOwner: (fields) => {
      const cookie = fields.get('vg');
      const of = group(fields);
      if (cookie !== undefined && of !== null) owners.set(cookie, `VFIO, group ${of}`);
    },
    forget: (device) => {
      grouped.delete(device);
      addresses = addresses.filter(({ object }) => object.kind !== 'device' || object.id !== device);
      for (const [pointer, id] of devices) if (id === device) devices.delete(pointer);
      for (const [pointer, id] of locks) if (id === deviceLock(device)) locks.delete(pointer);
    },
    takeFound: () => {
      const taken = found;
      if (taken.length > 0) found = [];
      return taken;
    },
    strangers: () => strangers.size,
    owners: () => Object.fromEntries(owners),
  };
};
