import { type EventLog, type LogEvent, RevisionConflictError, revision } from '@custody/log';
import type { RunHeader, TraceEvent } from '@custody/trace';
import { amendCatalogue, eventsStream, type RunEnd, type RunLife } from './catalogue.ts';
import { BusyRunError } from './errors.ts';
import type { Ports } from './ports.ts';

const named = ({ run, title }: RunHeader): string => `${run} (${title})`;

export const deletedMeanwhile = (header: RunHeader, cause?: unknown): BusyRunError =>
  new BusyRunError(
    `Cannot write run ${named(header)}: it was deleted while it was being written; to have it after all, make it again`,
    { cause },
  );

/** @throws BusyRunError when another process is writing the same run, or has deleted it. */
export const append = async (
  log: EventLog,
  header: RunHeader,
  of: RunLife,
  events: readonly LogEvent[],
  at: number,
): Promise<void> => {
  try {
    await log.append(eventsStream(of), events, revision(at));
  } catch (cause) {
    if (!(cause instanceof RevisionConflictError)) throw cause;
    if (cause.actual < at) throw deletedMeanwhile(header, cause);
    throw new BusyRunError(
      `Cannot write run ${named(header)}: ${cause.message}; another process is writing the same run, ` +
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
 * @throws BusyRunError when another process is writing the same run, or has deleted it.
 */
export const writeRun = async <End extends RunEnd>(
  ports: Ports,
  header: RunHeader,
  batches: AsyncGenerator<readonly TraceEvent[], End>,
): Promise<End> => {
  const { log, now } = ports;
  const of = await beginRun(log, header, now());
  let there: number = await log.head(eventsStream(of));
  let passed = 0;
  for (let step = await batches.next(); ; step = await batches.next()) {
    if (step.done) {
      const end = step.value;
      await closeRun(log, header, of, { end, at: now() });
      return end;
    }
    const fresh = step.value.slice(Math.max(0, there - passed));
    passed += step.value.length;
    if (fresh.length === 0) continue;
    await append(log, header, of, fresh, there);
    there = passed;
  }
};

/** Opens the run in the catalogue, where it is not there yet. @returns which of its lives it is in. */
export const beginRun = async (log: EventLog, header: RunHeader, at: string): Promise<RunLife> => {
  const { run } = header;
  let life = 0;
  await amendCatalogue(log, (catalogue, deletions) => {
    life = catalogue.get(run)?.life ?? deletions.get(run) ?? 0;
    return catalogue.has(run) ? [] : [{ type: 'RunOpened', data: { header, at } }];
  });
  return { run, life };
};

/** Closes the run in the catalogue, where it is open. @throws BusyRunError when it was deleted meanwhile. */
export const closeRun = async (
  log: EventLog,
  header: RunHeader,
  of: RunLife,
  { end, at }: { readonly end: RunEnd; readonly at: string },
): Promise<void> => {
  let isDeleted = false;
  await amendCatalogue(log, (catalogue) => {
    const entry = catalogue.get(of.run);
    isDeleted = entry?.life !== of.life;
    return isDeleted || entry?.end ? [] : [{ type: 'RunClosed', data: { run: of.run, end, at } }];
  });
  if (!isDeleted) return;
  // Who deleted it may have looked before there was anything to remove.
  await log.remove(eventsStream(of));
  throw deletedMeanwhile(header);
};
