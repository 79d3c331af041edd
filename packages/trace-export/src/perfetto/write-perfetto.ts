import { evolve, fieldsOf, initialWorld, type RunSource, type TraceEvent, type World } from '@custody/trace';
import type { Exported } from '../exported.ts';
import { ordering, packetWriter } from './packets.ts';
import { taskStory } from './task-story.ts';
import { trackBook } from './tracks.ts';
import { worldStory } from './world-story.ts';

/** Nanoseconds in the file for one on the run's clock: a simulation counts steps, and a step is shown as 1 µs. */
const scaleOf = (source: RunSource): number => (source.kind === 'simulation' ? 1000 : 1);

/** Facts that concern the whole recording more than the task that told them. */
const isMark = ({ type }: TraceEvent): boolean =>
  type === 'MarkerWritten' ||
  type === 'WarningRaised' ||
  type === 'BugHit' ||
  type === 'EventsLost' ||
  type === 'RecordingEnded';

const markName = (event: TraceEvent): string =>
  event.type === 'MarkerWritten' ? event.data.text : `${event.type} ${fieldsOf(event)}`;

const emptyWorld: World = { groups: {}, devices: {}, locks: {}, tasks: {}, lost: 0, bugs: [] };

/** The name by which each task was first known: often only later than its first event, as the kernel caches names late. */
const namesIn = async (batches: AsyncIterable<readonly TraceEvent[]>): Promise<ReadonlyMap<string, string>> => {
  const names = new Map<string, string>();
  for await (const batch of batches) {
    for (const { task, comm } of batch) if (comm !== undefined && !names.has(task)) names.set(task, `${comm} ${task}`);
  }
  return names;
};

const story = ({ header, end }: Exported, names: ReadonlyMap<string, string>) => {
  const out = packetWriter();
  const book = trackBook(out);
  const run = book.run(header.title);
  const place = (name: string, rank: number) => book.add({ name, parent: run, rank, children: ordering.byName });
  const findings = place('findings', 0);
  const marks = place('marks', 1);
  const groups = place('groups', 2);
  const devices = place('devices', 3);
  const locks = place('locks', 4);
  const tasks = place('tasks', 5);

  const taskName = (task: string): string => names.get(task) ?? task;
  const taskTrack = book.once((task) => book.add({ name: taskName(task), parent: tasks }));
  const tellTask = taskStory(out, taskTrack);
  const tellWorld = worldStory(out, book, { groups, devices, locks, taskTrack, taskName });

  const scale = scaleOf(header.source);
  const found = [...(end?.findings ?? [])].sort((left, right) => (left.position ?? 0) - (right.position ?? 0));
  let world = initialWorld(header.topology);
  let clock = 0;
  let position = 0;

  /** What was found up to here; what is found nowhere in particular stands at the beginning. */
  const tellFound = (to: number): void => {
    for (let next = found[0]; next !== undefined && (next.position ?? 0) <= to; next = found[0]) {
      found.shift();
      const { kind, text, position: where } = next;
      out.instant(findings, clock, { name: text, category: kind, notes: { kind, position: where } });
    }
  };

  const tell = (event: TraceEvent): void => {
    // Stamps of different CPUs may go back a little; the order of the run is that of its events.
    clock = Math.max(clock, event.at * scale);
    if (position === 0) tellWorld(emptyWorld, world, clock);
    position += 1;
    const { task, cpu } = event;
    const notes = { ...event.data, position, cpu };
    if (isMark(event))
      out.instant(marks, clock, { name: markName(event), category: 'mark', notes: { ...notes, task } });
    else tellTask(event, clock, notes);
    const next = evolve(world, event);
    tellWorld(world, next, clock);
    world = next;
    tellFound(position);
  };

  return { out, tell, tellFound };
};

/**
 * A run as a Perfetto trace (protobuf, TrackEvent), for ui.perfetto.dev: a track for every task, lock, group and device,
 * with what was found and marked; arrows where a lock went to somebody who waited. The same run gives the same bytes.
 *
 * Times are the run's nanoseconds; of a simulation, a step is 1 µs. An event that is stamped before the one it comes
 * after is shown at that one's time.
 *
 * @param read - all events of the run, oldest first; asked for twice, the first time for the names of tasks.
 */
export async function* writePerfetto(
  run: Exported,
  read: () => AsyncIterable<readonly TraceEvent[]>,
): AsyncGenerator<Uint8Array, void> {
  const { out, tell, tellFound } = story(run, await namesIn(read()));
  yield out.take();
  for await (const batch of read()) {
    for (const event of batch) tell(event);
    yield out.take();
  }
  tellFound(Number.POSITIVE_INFINITY);
  yield out.take();
}
