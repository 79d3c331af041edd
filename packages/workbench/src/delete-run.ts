import type { RunId } from '@custody/trace';
import { amendCatalogue, catalogueOf, deletionsOf, eventsStream, findRun, notesStream } from './catalogue.ts';
import { RequestError } from './errors.ts';
import type { Ports } from './ports.ts';

export interface DeletedRun {
  readonly run: RunId;
  readonly title: string;
  /** The run's length; null when it was never closed. */
  readonly events: number | null;
}

/**
 * First the catalogue says that the run is gone, then its streams go: killed in between, nobody sees half a run, and
 * what is left behind `sweepDeleted` removes. Whoever makes the run anew meanwhile does so under other streams.
 *
 * @throws UnknownRunError, RequestError when `reference` is not the whole id or title of just one run.
 */
export const deleteRun = async ({ log, now }: Ports, reference: string): Promise<DeletedRun> => {
  const { header, life, end } = findRun(await catalogueOf(log), reference);
  const { run, title } = header;
  if (reference !== run && reference !== title) {
    throw new RequestError(
      `Cannot delete "${reference}" as that is only the beginning of ${run} (${title}); give its whole title or id`,
    );
  }
  await amendCatalogue(log, (catalogue) =>
    catalogue.get(run)?.life === life ? [{ type: 'RunDeleted', data: { run, at: now() } }] : [],
  );
  for (const stream of streamsOf(run, life)) await log.remove(stream);
  return { run, title, events: end?.events ?? null };
};

/** Removes the streams of deleted runs that are still there. @returns how many. */
export const sweepDeleted = async ({ log }: Ports): Promise<number> => {
  const there = new Set(await log.streams());
  const left = [...(await deletionsOf(log))]
    .flatMap(([run, times]) => Array.from({ length: times }, (_, life) => streamsOf(run, life)))
    .flat()
    .filter((stream) => there.has(stream));
  for (const stream of left) await log.remove(stream);
  return left.length;
};

const streamsOf = (run: RunId, life: number) => [notesStream({ run, life }), eventsStream({ run, life })];
