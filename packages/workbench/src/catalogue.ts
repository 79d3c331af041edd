import type { Finding, ImportReport } from '@custody/ingest';
import { type EventLog, empty, type LogEvent, RevisionConflictError, revision, streamId } from '@custody/log';
import { type RunHeader, type RunId, runId } from '@custody/trace';
import { RequestError, UnknownRunError } from './errors.ts';

/** The stream whose fold is the catalogue. */
const runsStream = streamId('runs');
export const eventsStream = (run: RunId) => streamId(`run-${run}`);
export const notesStream = (run: RunId) => streamId(`notes-${run}`);

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
}
type CatalogueEvent = {
  readonly [Type in keyof CatalogueFacts]: { readonly type: Type; readonly data: CatalogueFacts[Type] };
}[keyof CatalogueFacts];

export interface CatalogueEntry {
  readonly header: RunHeader;
  readonly openedAt: string;
  /** Absent while the run is being written, and for ever if its writer died. */
  readonly end?: RunEnd;
  /** Beside `end`. */
  readonly closedAt?: string;
}

/** Every run, in the order in which they were opened. */
export type Catalogue = ReadonlyMap<RunId, CatalogueEntry>;

const evolveCatalogue = (catalogue: Map<RunId, CatalogueEntry>, event: CatalogueEvent): void => {
  switch (event.type) {
    case 'RunOpened': {
      const { header, at } = event.data;
      if (!catalogue.has(header.run)) catalogue.set(header.run, { header, openedAt: at });
      return;
    }
    case 'RunClosed': {
      const { run, end, at } = event.data;
      const entry = catalogue.get(run);
      if (entry) catalogue.set(run, { ...entry, end, closedAt: at });
    }
  }
};

const isCatalogueEvent = (event: LogEvent): event is CatalogueEvent =>
  event.type === 'RunOpened' || event.type === 'RunClosed';

const readCatalogue = async (log: EventLog) => {
  const catalogue = new Map<RunId, CatalogueEntry>();
  let at: number = empty;
  for await (const event of log.read(runsStream)) {
    at += 1;
    if (isCatalogueEvent(event)) evolveCatalogue(catalogue, event);
  }
  return { catalogue, revision: revision(at) };
};

export const catalogueOf = async (log: EventLog): Promise<Catalogue> => (await readCatalogue(log)).catalogue;

/**
 * Appends what `decide` makes of the catalogue as it is; if someone else appended first, reads again and decides
 * again, so that two writers of different runs never hinder each other.
 */
export const amendCatalogue = async (
  log: EventLog,
  decide: (catalogue: Catalogue) => readonly CatalogueEvent[],
): Promise<void> => {
  for (;;) {
    const { catalogue, revision: expected } = await readCatalogue(log);
    const events = decide(catalogue);
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
