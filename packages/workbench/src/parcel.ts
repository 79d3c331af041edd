import { type LogEvent, type StreamId, streamId } from '@custody/log';
import { type RunHeader, type RunId, runId } from '@custody/trace';
import type { RunEnd } from './catalogue.ts';
import { RequestError } from './errors.ts';

/** Some events of one of a run's two streams, in order. */
export interface Batch {
  readonly of: 'events' | 'notes';
  readonly items: readonly LogEvent[];
}

interface Stretch {
  readonly stream: StreamId;
  readonly count: number;
}

/** A run on its way from one store to another, or to a file and back: whoever holds it, it is this. */
export interface Parcel {
  /** An `About`, if whoever made it was honest. */
  readonly about: unknown;
  readonly events: Stretch;
  readonly notes: Stretch;
  /** All events, then all notes, oldest first; can be asked for again. */
  readonly read: () => AsyncIterable<Batch>;
}

/** What the streams of a run are called in a parcel, whatever they are called in the log that it comes from. */
export const streamsOf = (run: RunId) => ({ events: streamId(`run-${run}`), notes: streamId(`notes-${run}`) });

/** What the catalogue says of a run; times are ISO 8601, those of the store in which the run was made. */
export interface About {
  readonly header: RunHeader;
  readonly openedAt: string;
  /** Null, as `end`, for a run that was not closed when it was sent. */
  readonly closedAt: string | null;
  readonly end: RunEnd | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasTexts = (fields: Fields, ...names: readonly string[]): boolean =>
  names.every((name) => typeof fields[name] === 'string' && fields[name] !== '');

const isName = (value: unknown): boolean => typeof value === 'string' && /^[\w.:-]+$/.test(value);

const isTime = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isSource = (source: unknown): boolean => {
  if (!isFields(source)) return false;
  if (source['kind'] === 'recording') return hasTexts(source, 'file', 'mapping');
  return source['kind'] === 'simulation' && hasTexts(source, 'variant', 'scenario', 'scheduler');
};

const areDevices = (devices: unknown): boolean =>
  Array.isArray(devices) && devices.every((device) => isFields(device) && hasTexts(device, 'id'));

const isTopology = (topology: unknown): boolean =>
  isFields(topology) &&
  Array.isArray(topology['groups']) &&
  topology['groups'].every((group) => isFields(group) && hasTexts(group, 'id') && areDevices(group['devices'])) &&
  (topology['ungrouped'] === undefined || areDevices(topology['ungrouped']));

const areFindings = (findings: unknown): boolean =>
  Array.isArray(findings) && findings.every((finding) => isFields(finding) && hasTexts(finding, 'kind', 'text'));

const haveCounts = (fields: unknown, ...names: readonly string[]): boolean =>
  isFields(fields) && names.every((name) => isCount(fields[name]));

const areTallies = (calls: unknown): boolean =>
  isFields(calls) && Object.values(calls).every((errnos) => isFields(errnos) && Object.values(errnos).every(isCount));

const areKept = (kept: unknown): boolean =>
  Array.isArray(kept) && kept.every((one) => isFields(one) && hasTexts(one, 'name') && isCount(one['count']));

/** An import of the trace prints all of it. */
const isReport = (report: unknown): boolean =>
  isFields(report) &&
  haveCounts(report, 'lines', 'events', 'verbatim', 'skipped', 'facts', 'lost', 'unexplained', 'heldTwice') &&
  isFields(report['locks']) &&
  haveCounts(report['locks']['group'], 'acquired', 'released') &&
  haveCounts(report['locks']['device'], 'acquired', 'released') &&
  areTallies(report['calls']) &&
  areKept(report['kept']) &&
  typeof report['complete'] === 'boolean' &&
  areFindings(report['findings']);

const isEnd = (end: unknown, events: number): boolean =>
  isFields(end) &&
  end['events'] === events &&
  typeof end['complete'] === 'boolean' &&
  areFindings(end['findings']) &&
  (end['report'] === undefined || isReport(end['report']));

/** The first thing that is not as it must be; what was sent by others is looked at before it is believed. */
const problemOf = ({ about, events, notes }: Parcel): string | undefined => {
  if (!isFields(about)) return 'it says nothing of the run';
  const { header, openedAt, closedAt, end } = about;
  if (!isFields(header) || !isName(header['run']) || typeof header['title'] !== 'string') {
    return 'its header has no id or title';
  }
  if (!isSource(header['source'])) return 'its header does not say where the run is from';
  if (!isTopology(header['topology'])) return 'its header has no topology';
  if (!isTime(openedAt)) return 'it does not say when the run was opened';
  if (end !== null && !(isEnd(end, events.count) && isTime(closedAt))) return 'it does not say how the run ended';
  if (!isCount(events.count) || !isCount(notes.count)) return 'it does not say how many events there are';
  const streams = streamsOf(runId(String(header['run'])));
  if (events.stream !== streams.events || notes.stream !== streams.notes) return 'its streams are those of another run';
  return;
};

/** @throws RequestError when the parcel does not hold what a run needs. */
export const aboutIn = (parcel: Parcel): About => {
  const problem = problemOf(parcel);
  if (problem === undefined) return parcel.about as About;
  throw new RequestError(`Cannot take in this run: ${problem}; custody does not write it so, get it from its source`);
};
