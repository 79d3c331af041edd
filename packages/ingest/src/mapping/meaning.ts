import type { DeviceId, DriverId, Fact, GroupId, LockId, OperationName } from '@custody/trace';
import type { AddressBook } from '../addresses.ts';
import type { TraceRecord } from '../syntax/line.ts';
import type { ProbeFields } from '../syntax/probe-fields.ts';

/** What the entry of a function said, kept until its return. */
export interface Told {
  readonly device?: DeviceId | null;
  readonly group?: GroupId | null;
  readonly call?: string;
  readonly action?: number;
  /** dev->driver as a probe read it; undefined when it did not. */
  readonly driver?: DriverId | null | undefined;
  /** It is the function that unbinds: UNBIND_DRIVER belongs to it. */
  readonly unbinds?: true;
  /** The unbind got past its checks: UNBIND_DRIVER was notified. */
  readonly begun?: boolean;
}

/** A probed function that a task is inside of. */
export interface Frame extends Told {
  readonly on: string;
  /** The trace event that told of the entry. */
  readonly by: string;
  /** Other probes on the same function that told of the same entry. */
  readonly twins: readonly string[];
}

/** What a probe read of a group under its mutex; absent where the kernel has no such field. */
export interface GroupReading {
  readonly owner: string | null;
  readonly count: number | null;
  /** Raw pointers; null where not read. */
  readonly domain: string | null;
  readonly defaultDomain: string | null;
}

/** What a meaning can see and say. */
export interface Scene {
  readonly book: AddressBook;
  /** The fact happened here. */
  readonly say: (fact: Fact) => void;
  /** The fact happens between here and the same task's next line, and is dated there. */
  readonly sayLater: (fact: Fact) => void;
  /** The lock that this task asked for and has not been seen to get. */
  readonly wanted: () => LockId | null;
  /** Was this task seen to take the lock and not to drop it? */
  readonly holds: (lock: LockId) => boolean;
  /** The driver that the device is known to have; null for none or unknown. */
  readonly driverOf: (device: DeviceId) => DriverId | null;
  /** Innermost last. */
  readonly frames: () => readonly Frame[];
  /** The innermost unbind is past its checks. */
  readonly unbindBegan: () => void;
  /** The group as read under its mutex, just before this task drops it: OwnerSet and DomainAttached, if changed. */
  readonly readGroup: (group: GroupId, reading: GroupReading) => void;
  /** The group as read under its mutex, just after this task took it: compared, not believed. */
  readonly sampleGroup: (group: GroupId, reading: GroupReading) => void;
}

export interface Probe {
  readonly record: TraceRecord;
  readonly fields: ProbeFields;
  /** Which of its kind: the row's `as`. */
  readonly as: string;
  /** What the entry said, at a return; empty where the entry was not seen. */
  readonly told: Told;
}

/** What a row does: the code behind a name in the tables. */
export interface Meaning {
  /** In words, for docs/mapping.md. */
  readonly says: string;
  /** A fact that the task's going on would prove, and that this line does not let pass: it tells it itself, or denies it. */
  readonly withholds?: Fact['type'];
  /** The task may still be waiting for a mutex: that it printed this line proves nothing. */
  readonly waits?: true;
  /** @returns what to keep until the function returns; undefined when nothing. */
  readonly tell?: (probe: Probe, scene: Scene) => Told | undefined;
}

/**
 * A return value; one printed in hex or unsigned is two's complement, of 32 or 64 bits. 0 where none was printed, NaN
 * where what was printed is no number.
 */
export const returned = ({ fields }: Pick<Probe, 'fields'>): number => {
  const text = fields.get('ret') ?? '0';
  if (!/^(?:-?\d+|0x[0-9a-f]+)$/.test(text)) return Number.NaN;
  const value = Number(text);
  return value <= 0x7fffffff ? value : Number(BigInt.asIntN(value > 0xffffffff ? 64 : 32, BigInt(text)));
};

/** The operation that a row is about. */
export const operationOf = ({ as }: Probe): OperationName => as as OperationName;
