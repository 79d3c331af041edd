import type { Finding, ImportReport } from '@custody/ingest';
import { type EventLog, empty, eventsOf, type LogEvent, RevisionConflictError, revision, streamId } from '@custody/log';
import { type RunHeader, type RunId, runId } from '@custody/trace';
import { RequestError, UnknownRunError } from './errors.ts';

/** The stream whose fold is the catalogue. */
const runsStream = streamId('runs');

/** A run, and how often it was deleted before: each time it is made anew, its streams have names of their own. */
export interface RunLife {
  readonly run: RunId;
  readonly life: number;
}

/**
 * What a process still does to the streams of a run that was deleted, be it writing or removing, cannot touch those of
 * the same run made anew, as their names are others.
 */
export const nameOf = ({ run, life }: RunLife): string => (life === 0 ? run : `${run}.${life}`);
export const eventsStream = (of: RunLife) => streamId(`run-${nameOf(of)}`);
export const notesStream = (of: RunLife) => streamId(`notes-${nameOf(of)}`);

/** How a run ended. */
export interface RunEnd {
  readonly events: number;
  readonly complete: boolean;
  /** What the importer's checks found, or the properties that a simulation violated. */
  readonly findings: readonly Finding[];
  /** What the importer reported; a simulation has none. */
  readonly report?: ImportReport;
}

interface CatalogueFacts {
  RunOpened: { readonly header: RunHeader; readonly at: string };
  RunClosed: { readonly run: RunId; readonly end: RunEnd; readonly at: string };
  RunDeleted: { readonly run: RunId; readonly at: string };
}
type CatalogueEvent = {
  readonly [Type in keyof CatalogueFacts]: { readonly type: Type; readonly data: CatalogueFacts[Type] };
}[keyof CatalogueFacts];

export interface CatalogueEntry {
  readonly header: RunHeader;
  /** How often the run was deleted before. */
  readonly life: number;
  readonly openedAt: string;
  /** Absent while the run is being written, and for ever if its writer died. */
  readonly end?: RunEnd;
  /** Beside `end`. */
  readonly closedAt?: string;
}

/** Every run, in the order in which they were opened. */
export type Catalogue = ReadonlyMap<RunId, CatalogueEntry>;

/** How often each run was deleted; one that never was is not in it. */
export type Deletions = ReadonlyMap<RunId, number>;

const evolveCatalogue = (
  catalogue: Map<RunId, CatalogueEntry>,
  deletions: Map<RunId, number>,
  event: CatalogueEvent,
): void => {
  switch (event.type) {
    case 'RunOpened': {
      const { header, at } = event.data;
      const life = deletions.get(header.run) ?? 0;
      if (!catalogue.has(header.run)) catalogue.set(header.run, { header, life, openedAt: at });
      return;
    }
    case 'RunClosed': {
      const { run, end, at } = event.data;
      const entry = catalogue.get(run);
      if (entry) catalogue.set(run, { ...entry, end, closedAt: at });
      return;
    }
    case 'RunDeleted': {
      const { run } = event.data;
      if (catalogue.delete(run)) deletions.set(run, (deletions.get(run) ?? 0) + 1);
    }
  }
};

const isCatalogueEvent = (event: LogEvent): event is CatalogueEvent =>
  event.type === 'RunOpened' || event.type === 'RunClosed' || event.type === 'RunDeleted';

const readCatalogue = async (log: EventLog) => {
  const catalogue = new Map<RunId, CatalogueEntry>();
  const deletions = new Map<RunId, number>();
  let at: number = empty;
  for await (const event of eventsOf(log.read(runsStream))) {
    at += 1;
    if (isCatalogueEvent(event)) evolveCatalogue(catalogue, deletions, event);
  }
  return { catalogue, deletions, revision: revision(at) };
};

export const catalogueOf = async (log: EventLog): Promise<Catalogue> => (await readCatalogue(log)).catalogue;

export const deletionsOf = async (log: EventLog): Promise<Deletions> => (await readCatalogue(log)).deletions;

/**
 * Appends what `decide` makes of the catalogue as it is; if someone else appended first, reads again and decides
 * again, so that two writers of different runs never hinder each other.
 */
export const amendCatalogue = async (
  log: EventLog,
  decide: (catalogue: Catalogue, deletions: Deletions) => readonly CatalogueEvent[],
): Promise<void> => {
  for (;;) {
    const { catalogue, deletions, revision: expected } = await readCatalogue(log);
    const events = decide(catalogue, deletions);
    if (events.length === 0) return;
    try {
      await log.append(runsStream, events, expected);
      return;
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }
};

const name = ({ header }: CatalogueEntry): string => `${header.run} (${header.title})`;

/**
 * The run that `reference` names: an id, a title, or the beginning of just one id or title.
 *
 * @throws UnknownRunError when there is none, RequestError when there are several.
 */
export const findRun = (catalogue: Catalogue, reference: string): CatalogueEntry => {
  const entries = [...catalogue.values()];
  const byId = catalogue.get(runId(reference));
  if (byId) return byId;
  const byTitle = entries.filter(({ header }) => header.title === reference);
  const byPrefix = entries.filter(
    ({ header }) => header.run.startsWith(reference) || header.title.startsWith(reference),
  );
  const found = byTitle.length > 0 ? byTitle : byPrefix;
  const [first] = found;
  if (first === undefined) {
    throw new UnknownRunError(
      reference,
      entries.map(({ header }) => header.title),
    );
  }
  if (found.length > 1) {
    throw new RequestError(
      `Cannot tell which run "${reference}" is: it could be ${found.map(name).join(', ')}; give the id`,
    );
  }
  return first;
};
