export { DamagedStreamError, RevisionConflictError, StoreError } from './errors.ts';
export type { EventLog, LogEvent, Range, StopSignal, StreamReader } from './event-log.ts';
export { eventsOf } from './events-of.ts';
export { followBy, type Pulse, pulse } from './follow.ts';
export { empty, type Revision, revision, type StreamId, streamId } from './ids.ts';
export { memoryLog } from './memory-log.ts';
