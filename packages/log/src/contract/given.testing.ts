import type { EventLog, LogEvent, Range, StopSignal } from '../event-log.ts';
import { eventsOf } from '../events-of.ts';
import { type StreamId, streamId } from '../ids.ts';

/** Opens a new and empty log. */
export type OpenLog = () => Promise<EventLog>;

/** The stream that most sentences of the contract speak of. */
export const run = streamId('run-1');

/** `count` events that tell themselves apart, counting from `first`. */
export const numbered = (count: number, first = 0): LogEvent[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'StepTaken', data: { step: first + index } }));

/** Everything that `events` yields until it ends. */
export const collect = async <Item>(events: AsyncIterable<Item>): Promise<Item[]> => {
  const seen: Item[] = [];
  for await (const event of events) seen.push(event);
  return seen;
};

export const readAll = (log: EventLog, stream: StreamId, range?: Range): Promise<LogEvent[]> =>
  collect(eventsOf(log.read(stream, range)));

interface Stopper {
  readonly signal: StopSignal;
  abort(): void;
}

// The platform's own: this package sees no platform types, but the contract is about the real thing.
declare const AbortController: new () => Stopper;

export const stopper = (): Stopper => new AbortController();
