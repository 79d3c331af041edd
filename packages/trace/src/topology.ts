import type { DeviceId, DomainId, DriverId, GroupId, OwnerId } from './ids.ts';

export interface DeviceTopology {
  readonly id: DeviceId;
  /** The bound driver when the run began; null when none. */
  readonly driver: DriverId | null;
  /** driver_managed_dma of that driver; null when nobody knows. */
  readonly managed: boolean | null;
}

export interface GroupTopology {
  readonly id: GroupId;
  readonly devices: readonly DeviceTopology[];
  /** Ownership when the run began. A recording does not know it before the first reading: `ownerCount: null`. */
  readonly owner: OwnerId | null;
  readonly ownerCount: number | null;
  readonly domain: DomainId | null;
}

/** Which devices share a group, and how things stood before the first event. */
export interface Topology {
  readonly groups: readonly GroupTopology[];
  /** Devices on their bus and in no group. Default: none that anybody knows of. */
  readonly ungrouped?: readonly DeviceTopology[];
}
