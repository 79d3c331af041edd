export { fieldsOf, nameOf, objectOf, ownerText } from './describe.ts';
export {
  type BusEvent,
  busEvents,
  type Errno,
  type Fact,
  type Facts,
  type FactType,
  isFactType,
  type OperationName,
  operations,
  type Stamp,
  type TraceEvent,
} from './facts.ts';
export {
  type DeviceId,
  type DomainId,
  type DriverId,
  deviceId,
  deviceLock,
  dmaApiOwner,
  domainId,
  driverId,
  type GroupId,
  groupId,
  groupLock,
  iommuProbeLock,
  type LockId,
  type Nanos,
  nanos,
  type OwnerId,
  ownerId,
  type Position,
  position,
  type RunId,
  runId,
  type TaskId,
  taskId,
  vfioContainerLock,
  vfioGroupLock,
} from './ids.ts';
export { fold, type Projection } from './projection.ts';
export { namelessRole, type Role, rolesOf, sharedRolesOf } from './roles.ts';
export type { GuestOfRun, RunHeader, RunSource } from './run-header.ts';
export { type Timeline, timelineOf } from './timeline.ts';
export type { DeviceTopology, GroupTopology, Topology } from './topology.ts';
export {
  type Call,
  type DeviceState,
  evolve,
  type GroupState,
  initialWorld,
  type LockState,
  type Phase,
  type TaskState,
  type World,
  worldOf,
} from './world.ts';
