import type { BusEvent, DeviceId, Fact, GroupId, LockId, OperationName } from '@custody/trace';
import type { AddressBook } from '../addresses.ts';
import type { TraceRecord } from '../syntax/line.ts';
import type { ProbeFields } from '../syntax/probe-fields.ts';

/** A probed function that a task is inside of, with what its entry said. */
export interface Frame {
  readonly on: string;
  readonly device?: DeviceId | null;
  readonly group?: GroupId | null;
  readonly op?: OperationName;
  readonly call?: string;
  readonly cookie?: string;
  readonly action?: number;
  /** The unbind got past its checks: UNBIND_DRIVER was notified. */
  readonly begun?: boolean;
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
  /** Innermost last. */
  readonly frames: () => readonly Frame[];
  /** Replaces the innermost frame of that function. */
  readonly mark: (on: string, change: Partial<Frame>) => void;
  /** The group as read under its mutex, just before this task drops it: OwnerSet and DomainAttached, if changed. */
  readonly readGroup: (group: GroupId, reading: GroupReading) => void;
  /** The group as read under its mutex, just after this task took it: compared, not believed. */
  readonly sampleGroup: (group: GroupId, reading: GroupReading) => void;
}

export interface Probe {
  readonly record: TraceRecord;
  readonly fields: ProbeFields;
}

/** What a probed function means: at its entry (or, for a probe of another kind, its one line) and at its return. */
export interface Row {
  /** A return with no line of the task since the entry does not prove this: the function gave up before. */
  readonly unproven?: Fact['type'];
  /** This line tells itself what else would be taken from the fact that the task went on. */
  readonly settles?: Fact['type'];
  /** The frame to remember until the return; nothing when there is no return to wait for. */
  readonly enter?: (probe: Probe, scene: Scene) => Omit<Frame, 'on'> | undefined;
  readonly leave?: (probe: Probe, scene: Scene, frame: Frame) => void;
}

/** Trace event names (for a return probe without its `_ret`) and what they mean on one line of kernels. */
export interface Mapping {
  readonly id: string;
  readonly rows: Readonly<Record<string, Row>>;
  /** Notifier numbers start at 1 up to 6.1 and at 0 in 6.12 (include/linux/device/bus.h). */
  readonly busEvent: (action: number) => BusEvent | null;
}
