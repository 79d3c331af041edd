import { type EventLog, type LogEvent, RevisionConflictError, revision } from '@custody/log';
import type { RunHeader, TraceEvent } from '@custody/trace';
import { amendCatalogue, eventsStream, type RunEnd } from './catalogue.ts';
import { BusyRunError } from './errors.ts';
import type { Ports } from './ports.ts';

/** @throws BusyRunError when another process is writing the same run. */
export const append = async (
  log: EventLog,
  header: RunHeader,
  events: readonly LogEvent[],
  at: number,
): Promise<void> => {
  try {
    await log.append(eventsStream(header.run), events, revision(at));
  } catch (cause) {
    if (!(cause instanceof RevisionConflictError)) throw cause;
    throw new BusyRunError(
      `Cannot write run ${header.run} (${header.title}): ${cause.message}; another process is writing the same run, ` +
        'let it finish, then look with: custody runs',
      { cause },
    );
  }
};

/**
 * Writes a run: opened in the catalogue, its events in batches, closed. Since a run's id is made of what it was made
 * from, its events are always the same: one whose writer died is taken up where it stopped.
 *
 * @param batches - all events of the run from its beginning; returns how the run ended.
 * @throws BusyRunError when another process is writing the same run.
 */
export const writeRun = async <End extends RunEnd>(
  { log, now }: Ports,
  header: RunHeader,
  batches: Generator<readonly TraceEvent[], End>,
): Promise<End> => {
  await amendCatalogue(log, (catalogue) =>
    catalogue.has(header.run) ? [] : [{ type: 'RunOpened', data: { header, at: now() } }],
  );
  let there: number = await log.head(eventsStream(header.run));
  let passed = 0;
  for (let step = batches.next(); ; step = batches.next()) {
    if (step.done) {
      const end = step.value;
      await amendCatalogue(log, (catalogue) =>
        catalogue.get(header.run)?.end ? [] : [{ type: 'RunClosed', data: { run: header.run, end, at: now() } }],
      );
      return end;
    }
    const fresh = step.value.slice(Math.max(0, there - passed));
    passed += step.value.length;
    if (fresh.length === 0) continue;
    await append(log, header, fresh, there);
    there = passed;
  }
};
