import { type DeviceId, deviceId, deviceLock, type GroupId, groupId, groupLock, type LockId } from '@custody/trace';
import type { ProbeFields } from './syntax/probe-fields.ts';
import type { Address, RecordedTopology } from './topology-file.ts';

/** Larger than any offset of a mutex seen so far in struct iommu_group (88, 104) and struct device (128 to 152). */
const furthestMutex = { group: 256n, device: 1024n } as const;

/** The number of a group; whatever else was read there is none. */
const groupNumber = (text: string | undefined): GroupId | null =>
  text !== undefined && /^\d+$/.test(text) ? groupId(text) : null;

/** Names for what probes print: through the topology's addresses where it has them, else by the printed name. */
export interface AddressBook {
  readonly group: (fields: ProbeFields) => GroupId | null;
  readonly device: (fields: ProbeFields) => DeviceId | null;
  readonly lock: (fields: ProbeFields) => LockId | null;
  /** Group pointers that the topology does not have: it may be of another boot. */
  readonly strangers: () => number;
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
export const addressBook = ({ topology, addresses }: RecordedTopology): AddressBook => {
  const known = new Set<string>(topology.groups.flatMap(({ devices }) => devices.map(({ id }) => id)));
  const strangers = new Set<bigint>();
  const group = (fields: ProbeFields): GroupId | null => {
    const pointer = addressOf(fields.get('gp'));
    if (pointer === 0n) return null;
    const found = pointer === null ? undefined : below(addresses, pointer);
    if (found && found.at === pointer && found.object.kind === 'group') return groupId(found.object.id);
    if (pointer !== null && addresses.length > 0) strangers.add(pointer);
    return groupNumber(fields.get('gid'));
  };
  return {
    group,
    strangers: () => strangers.size,
    device: (fields) => {
      const printed = fields.get('dev');
      if (printed === undefined) return null;
      const grouped = known.has(printed) || (addresses.length === 0 && group(fields) !== null);
      return grouped ? deviceId(printed) : null;
    },
    lock: (fields) => {
      const pointer = addressOf(fields.get('lock'));
      const found = pointer === null ? undefined : below(addresses, pointer);
      const printedGroup = groupNumber(fields.get('gid'));
      if (found && pointer !== null && pointer - found.at < furthestMutex[found.object.kind]) {
        const { kind, id } = found.object;
        if (kind === 'device') return deviceLock(deviceId(id));
        // What was read of the very group is nearer to the truth than a neighbour's address.
        if (printedGroup === null || printedGroup === id) return groupLock(groupId(id));
      }
      if (printedGroup !== null) return groupLock(printedGroup);
      const printedDevice = fields.get('dev');
      return printedDevice === undefined ? null : deviceLock(deviceId(printedDevice));
    },
  };
};
