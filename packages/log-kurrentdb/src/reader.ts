import {
  excludeSystemEvents,
  type KurrentDBClient,
  type ReadStreamOptions,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { mayPass, type Trouble, troubleOf } from './failures.ts';
import type { Recorded } from './format.ts';
import type { Patiently } from './patience.ts';

/** What the client's reading half does; it is written in Rust and has connections of its own. */
export interface Reader {
  /** The events of a stream; none when there is no such stream. */
  events(stream: string, options: ReadStreamOptions): Promise<readonly Recorded[]>;
  /** The names of all streams with an event that `isWanted`, deleted ones too. */
  names(prefix: string, isWanted: (event: Recorded) => boolean): Promise<ReadonlySet<string>>;
}

/** A reading half that failed so often in a row is given up. */
const mostFailures = 2;

/**
 * Reads with patience. When its first connection fails, the client's reading half never makes another, so it is replaced
 * by that of a new client.
 */
export const readerWith = (first: KurrentDBClient, newClient: () => KurrentDBClient, patiently: Patiently): Reader => {
  let client = first;
  let failures = 0;

  const onTrouble = (trouble: Trouble): void => {
    if (!mayPass(trouble)) return;
    failures += 1;
    if (failures < mostFailures) return;
    failures = 0;
    client = newClient();
  };

  const read = <Result>(work: (from: KurrentDBClient) => Promise<Result>): Promise<Result> =>
    patiently(async () => {
      const result = await work(client);
      failures = 0;
      return result;
    }, onTrouble);

  return {
    events: (stream, options) =>
      read(async (from) => {
        const events: Recorded[] = [];
        try {
          for await (const { event } of from.readStream(stream, { ...options, requiresLeader: true })) {
            if (event !== undefined) events.push(event);
          }
        } catch (error) {
          if (troubleOf(error) !== 'no stream') throw error;
        }
        return events;
      }),
    names: (prefix, isWanted) =>
      read(async (from) => {
        const names = new Set<string>();
        const filter = prefix === '' ? excludeSystemEvents() : streamNameFilter({ prefixes: [prefix] });
        for await (const { event } of from.readAll({ filter, requiresLeader: true })) {
          if (event !== undefined && isWanted(event)) names.add(event.streamId);
        }
        return names;
      }),
  };
};
