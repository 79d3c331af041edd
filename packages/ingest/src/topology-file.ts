import { deviceId, driverId, groupId, type Topology } from '@custody/trace';
import * as z from 'zod';
import { managedByName } from './managed-drivers.ts';

const address = z.string().regex(/^0x[0-9a-f]+$/, 'must be an address such as 0xff110000054ada00');

const topologyFile = z.object({
  uname: z.string().optional(),
  groups: z.array(
    z.object({
      id: z.number().int().nonnegative(),
      addr: address.optional(),
      devices: z.array(z.object({ bdf: z.string().min(1), driver: z.string().default(''), addr: address.optional() })),
    }),
  ),
});

/** What stood where in the recorded kernel's memory. */
export interface Address {
  readonly at: bigint;
  readonly object: { readonly kind: 'group' | 'device'; readonly id: string };
}

/** A recording's topology.json, understood. */
export interface RecordedTopology {
  readonly topology: Topology;
  /** `uname -a` of the guest; null when the file does not say. */
  readonly uname: string | null;
  /** Ascending. */
  readonly addresses: readonly Address[];
}

/** When no topology is known: groups and devices are then known by what the probes read of them. */
export const noTopology: RecordedTopology = { topology: { groups: [] }, uname: null, addresses: [] };

/** Thrown when a topology file cannot be used; the message says where it is wrong. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TopologyError(`Cannot read the topology: ${(cause as Error).message}; it must be JSON`, { cause });
  }
};

/**
 * @param text - the recorder's topology.json: groups with id, address, devices (bdf, address, driver at the start).
 * @throws TopologyError when it is not that.
 */
export const parseTopology = (text: string): RecordedTopology => {
  const parsed = topologyFile.safeParse(parseJson(text));
  if (!parsed.success) throw new TopologyError(`Cannot use the topology: ${z.prettifyError(parsed.error)}`);
  const addresses: Address[] = [];
  const groups = parsed.data.groups.map((group) => {
    const id = groupId(String(group.id));
    if (group.addr) addresses.push({ at: BigInt(group.addr), object: { kind: 'group', id } });
    const devices = group.devices.map(({ bdf, driver, addr }) => {
      if (addr) addresses.push({ at: BigInt(addr), object: { kind: 'device', id: bdf } });
      return {
        id: deviceId(bdf),
        driver: driver === '' ? null : driverId(driver),
        managed: driver === '' ? null : managedByName(driver),
      };
    });
    return { id, devices, owner: null, ownerCount: null, domain: null };
  });
  addresses.sort((left, right) => (left.at < right.at ? -1 : 1));
  return { topology: { groups }, uname: parsed.data.uname ?? null, addresses };
};
