import { type EventLog, revision } from '@custody/log';
import { type CatalogueEntry, eventsStream, notesStream } from './catalogue.ts';
import { RequestError } from './errors.ts';
import { type About, type Batch, type Parcel, streamsOf } from './parcel.ts';

/**
 * A run of this log as it is now, ready to be sent; it is read only as it is asked for.
 *
 * @throws RequestError when the log has not as many events as the run was closed with.
 */
export const packRun = async (
  log: EventLog,
  { header, life, openedAt, closedAt, end }: CatalogueEntry,
): Promise<Parcel & { readonly about: About }> => {
  const of = { run: header.run, life };
  const here = { events: eventsStream(of), notes: notesStream(of) };
  const called = streamsOf(header.run);
  const events = { stream: called.events, count: await log.head(here.events) };
  const notes = { stream: called.notes, count: await log.head(here.notes) };
  if (end !== undefined && end.events !== events.count) {
    throw new RequestError(
      `Cannot send "${header.title}": it was closed with ${end.events} events and has ${events.count}; see: custody doctor`,
    );
  }
  const about: About = { header, openedAt, closedAt: closedAt ?? null, end: end ?? null };
  async function* read(): AsyncGenerator<Batch, void> {
    for await (const items of log.read(here.events, { to: revision(events.count) })) {
      yield { of: 'events', items };
    }
    for await (const items of log.read(here.notes, { to: revision(notes.count) })) {
      yield { of: 'notes', items };
    }
  }
  return { about, events, notes, read };
};
