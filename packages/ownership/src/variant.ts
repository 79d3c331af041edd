import type { DevicePlace, Operation, UserPlace } from './operation.ts';
import type { Sentence } from './properties.ts';

/** Ownership when nobody is inside a call: what the initial state of a scenario is made of. */
interface Standing {
  readonly owner: number;
  readonly ownerCount: number;
}

/** A version of the protocol. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  /** Kernel version, commits or mail that it was read from. */
  readonly source: string;
  readonly bind: Operation<DevicePlace>;
  readonly unbind: Operation<DevicePlace>;
  readonly claim: Operation<UserPlace>;
  readonly release: Operation<UserPlace>;
  /**
   * Ownership at rest.
   *
   * @param holders - how many devices have a driver that uses the kernel's DMA API.
   * @param cookie - the user owner's, or `nobody`.
   */
  readonly atRest: (holders: number, cookie: number) => Standing;
  /** The sentences that should hold for it. */
  readonly properties: readonly Sentence[];
}
