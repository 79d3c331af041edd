import { type DeviceState, type GroupState, type LockId, type LockState, ownerText, type World } from '@custody/trace';
import type { PacketWriter, Track } from './packets.ts';
import type { TrackBook } from './tracks.ts';

/** What a device is doing; nothing to show when it is unbound and nothing stands in dev->driver. */
const phaseText = (device: DeviceState | undefined): string | null => {
  if (device === undefined || (device.phase === 'unbound' && device.driver === null)) return null;
  return device.driver === null ? device.phase : `${device.phase} ${device.driver}`;
};

/** Ids of what is not the same in two records, the later one's first. */
const changed = <Value>(before: Readonly<Record<string, Value>>, after: Readonly<Record<string, Value>>): string[] => {
  if (before === after) return [];
  const kept = Object.keys(after).filter((id) => after[id] !== before[id]);
  return [...kept, ...Object.keys(before).filter((id) => !Object.hasOwn(after, id))];
};

interface Places {
  readonly groups: Track;
  readonly devices: Track;
  readonly locks: Track;
  /** Where what a task holds is shown. */
  readonly taskTrack: (task: string) => Track;
  readonly taskName: (task: string) => string;
}

/** A lock that was let go while others waited for it. */
interface Release {
  readonly flow: number;
  readonly waiting: readonly string[];
}

const free: LockState = { holders: [], waiters: [] };

/** Tells what became different from one world to the next: who holds and awaits a lock, a group's owner, a device's driver. */
export const worldStory = (out: PacketWriter, book: TrackBook, places: Places) => {
  const groupTracks = book.once((id) => {
    const parent = book.add({ name: `group ${id}`, parent: places.groups });
    return {
      owner: book.stateTrack(book.add({ name: 'owner', parent })),
      count: book.add({ name: 'owner count', parent, counts: true }),
      domain: book.stateTrack(book.add({ name: 'domain', parent })),
    };
  });
  const deviceTracks = book.once((id) => book.stateTrack(book.add({ name: id, parent: places.devices })));
  const lockTracks = book.once((id) => {
    const track = book.add({ name: id, parent: places.locks });
    return { holders: book.lanes(id, places.locks, track), waiters: book.lanes('waiters', track) };
  });
  const holdTracks = book.once((task) => book.lanes('holds', places.taskTrack(task)));

  let flows = 0;
  /** Of each hold that lasts, by lock and task: the flow that leaves it. */
  const leaving = new Map<string, number>();
  const released = new Map<LockId, Release>();

  const group = (id: string, before: GroupState | undefined, now: GroupState, at: number): void => {
    const { owner, count, domain } = groupTracks(id);
    const isKnown = now.owner !== null || now.ownerCount !== null;
    owner.show(at, isKnown ? ownerText({ owner: now.owner, count: now.ownerCount }) : null, 'owner');
    if (now.ownerCount !== null && now.ownerCount !== before?.ownerCount) out.count(count, at, now.ownerCount);
    domain.show(at, now.domain, 'domain');
  };

  const lock = (id: LockId, before: LockState, now: LockState, at: number): void => {
    const { holders, waiters } = lockTracks(id);
    for (const task of before.waiters) if (!now.waiters.includes(task)) waiters.end(task, at);
    for (const task of before.holders) {
      if (now.holders.includes(task)) continue;
      holders.end(task, at);
      holdTracks(task).end(id, at);
      const flow = leaving.get(`${id} ${task}`);
      if (flow !== undefined) released.set(id, { flow, waiting: now.waiters });
    }
    for (const task of now.holders) {
      if (before.holders.includes(task)) continue;
      const from = released.get(id);
      released.delete(id);
      flows += 1;
      leaving.set(`${id} ${task}`, flows);
      const endsFlow = from?.waiting.includes(task) ? from.flow : undefined;
      holders.begin(task, at, { name: places.taskName(task), category: 'lock' });
      holdTracks(task).begin(id, at, { name: id, category: 'lock', flow: flows, endsFlow });
    }
    for (const task of now.waiters) {
      if (!before.waiters.includes(task)) waiters.begin(task, at, { name: places.taskName(task), category: 'lock' });
    }
  };

  return (before: World, now: World, at: number): void => {
    for (const id of changed(before.groups, now.groups)) {
      const state = now.groups[id as keyof World['groups']];
      if (state !== undefined) group(id, before.groups[id as keyof World['groups']], state, at);
    }
    for (const id of changed(before.devices, now.devices)) {
      deviceTracks(id).show(at, phaseText(now.devices[id as keyof World['devices']]), 'driver');
    }
    for (const id of changed(before.locks, now.locks) as LockId[]) {
      lock(id, before.locks[id] ?? free, now.locks[id] ?? free, at);
    }
  };
};
