import {
  type DeviceId,
  type DriverId,
  deviceLock,
  dmaApiOwner,
  type Errno,
  evolve,
  type GroupId,
  initialWorld,
  type OperationName,
  type OwnerId,
  type Position,
  position,
  type RunHeader,
  type TaskId,
  type Timeline,
  type TraceEvent,
  type World,
} from '@custody/trace';

/** One bind, claim, unbind, call from user space: from its beginning to its result, by one task. */
export interface Episode {
  readonly task: TaskId;
  /** Just before its beginning. */
  readonly from: Position;
  /** What it is, and how its group stood when it began: `claim of a quiet group`. */
  readonly kind: string;
  /** An errno; `BUG` when the kernel stopped in it; `no end` when the run is over before it is. */
  readonly result: string;
  /** Just after its result, where the world shows its effect. */
  readonly position: Position;
}

/** How often one kind of episode had one result; `example` is where it did so first. */
export interface Tally {
  readonly count: number;
  readonly example: Position;
}

/** A kind of episode: each result with how often it occurred on either side; null for never. */
export interface EpisodeKind {
  readonly kind: string;
  readonly results: readonly { readonly result: string; readonly left: Tally | null; readonly right: Tally | null }[];
}

/** The DMA API is no user: a scheme that names it as the owner says what another counts. */
const isOwned = (owner: OwnerId | null | undefined): boolean => owner != null && owner !== dmaApiOwner;

const isSettledUnused = (world: World, id: DeviceId): boolean => {
  const device = world.devices[id];
  if (device === undefined || world.locks[deviceLock(id)] !== undefined) return false;
  return device.phase === 'unbound' || (device.phase === 'bound' && device.managed === true);
};

/** How a group stands before a claim: who could be in its way. */
const standingOf = (world: World, id: GroupId): string => {
  const group = world.groups[id];
  if (group === undefined) return 'an unknown group';
  const { devices } = group;
  if (devices.some((device) => world.devices[device]?.phase === 'bound' && world.devices[device]?.managed === false)) {
    return 'a group with a DMA-API driver';
  }
  if (!devices.every((device) => isSettledUnused(world, device))) return 'a group in motion';
  return isOwned(group.owner) ? 'an owned group' : 'a quiet group';
};

const sizeOf = (world: World, id: GroupId): string =>
  (world.groups[id]?.devices.length ?? 0) > 1 ? 'a group of several devices' : 'a singleton group';

const boundOf = (world: World, id: GroupId): string => {
  const { devices = [], owner = null } = world.groups[id] ?? {};
  if (isOwned(owner)) return 'owned';
  return devices.some((device) => world.devices[device]?.driver != null) ? 'bound' : 'unbound';
};

const ownedOf = (world: World, device: DeviceId): string => {
  const group = world.devices[device]?.group;
  if (group == null) return 'outside any group';
  // Before the ownership API there is no owner to read, and before the first reading it is not known.
  if (world.groups[group]?.ownerCount == null) return unknownOwner;
  return isOwned(world.groups[group]?.owner) ? 'in an owned group' : 'in a free group';
};

/** Drivers by what ownership sees of them: whether they manage their own DMA. */
const kindOfDriver = (managed: boolean | null, driver: DriverId): string =>
  managed === null ? driver : managed ? 'a driver that manages its DMA' : 'a DMA-API driver';

const callKind = (world: World, op: OperationName, group: GroupId | null): string => {
  if (group === null) return op;
  switch (op) {
    case 'claim':
    case 'claim-device':
      return `${op} of ${standingOf(world, group)}`;
    case 'store-type':
      return `${op} of ${sizeOf(world, group)}, ${boundOf(world, group)}`;
    case 'use':
      return `${op} of ${isOwned(world.groups[group]?.owner) ? 'an owned group' : 'a free group'}`;
    default:
      return op;
  }
};

/** Whether drivers manage their own DMA, as binds told at any time: of one that was bound before nobody did. */
const managedIn = (timeline: Timeline): ((driver: DriverId) => boolean | null) => {
  const told = new Map<DriverId, boolean>();
  for (let index = 0; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    if (event.type === 'BindStarted' && event.data.managed !== null) told.set(event.data.driver, event.data.managed);
  }
  return (driver) => told.get(driver) ?? null;
};

/** What an event begins, in the world before it; null when it begins nothing. */
const begun = (event: TraceEvent, world: World, isManaged: (driver: DriverId) => boolean | null): string | null => {
  switch (event.type) {
    case 'CallEntered':
      return callKind(world, event.data.op, event.data.group);
    case 'BindStarted': {
      const { device, driver, managed } = event.data;
      return `bind of ${kindOfDriver(managed ?? isManaged(driver), driver)} ${ownedOf(world, device)}`;
    }
    case 'UnbindStarted': {
      const { driver = null, managed = null } = world.devices[event.data.device] ?? {};
      const of = driver === null ? '' : ` of ${kindOfDriver(managed ?? isManaged(driver), driver)}`;
      return `unbind${of} ${ownedOf(world, event.data.device)}`;
    }
    case 'SyscallEntered':
      return event.data.call;
    default:
      return null;
  }
};

/** What the end of an episode is paired with its beginning by, and the result; null for an event that ends none. */
const ended = (event: TraceEvent): { readonly what: string; readonly result: Errno } | null => {
  switch (event.type) {
    case 'CallReturned':
      return { what: `call ${event.data.op}`, result: event.data.errno };
    case 'BindReturned':
      return { what: `bind ${event.data.device}`, result: event.data.errno };
    case 'UnbindReturned':
      return { what: `unbind ${event.data.device}`, result: 'OK' };
    case 'SyscallReturned':
      return { what: 'syscall', result: event.data.errno };
    default:
      return null;
  }
};

const whatOf = (event: TraceEvent): string => {
  switch (event.type) {
    case 'CallEntered':
      return `call ${event.data.op}`;
    case 'BindStarted':
      return `bind ${event.data.device}`;
    case 'UnbindStarted':
      return `unbind ${event.data.device}`;
    default:
      return 'syscall';
  }
};

interface Open {
  readonly what: string;
  readonly kind: string;
  /** The number of its first event. */
  readonly from: number;
  readonly group: GroupId | null;
  /** Another task gave the group to a user, or took it from one, since: what it was at the beginning says nothing. */
  isRaced: boolean;
}

const groupOf = (event: TraceEvent, world: World): GroupId | null => {
  switch (event.type) {
    case 'CallEntered':
      return event.data.group;
    case 'BindStarted':
    case 'UnbindStarted':
      return world.devices[event.data.device]?.group ?? null;
    default:
      return null;
  }
};

const raced = ', whose owner changed meanwhile';
const unknownOwner = 'in a group whose owner is not known';

const kindAtEnd = ({ kind, isRaced }: Open): string => (isRaced ? `${kind}${raced}` : kind);

const endOf = (task: TaskId, open: Open, result: Episode['result'], at: number): Episode => ({
  task,
  kind: kindAtEnd(open),
  result,
  from: position(open.from),
  position: position(at),
});

/** Every episode of a run, in the order of their ends. Those that a gap lies in are left out: their results are not certain. */
export const episodesOf = (header: Pick<RunHeader, 'topology'>, timeline: Timeline): readonly Episode[] => {
  const open = new Map<TaskId, Open[]>();
  const found: Episode[] = [];
  const isManaged = managedIn(timeline);
  let world = initialWorld(header.topology);
  let last = 0;
  for (let index = 0; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    const kind = begun(event, world, isManaged);
    const end = ended(event);
    const own = open.get(event.task) ?? [];
    if (event.type === 'EventsLost') open.clear();
    else if (event.type === 'BugHit') {
      for (const stopped of own) found.push(endOf(event.task, stopped, 'BUG', index + 1));
      open.delete(event.task);
    } else if (kind !== null) {
      const group = groupOf(event, world);
      open.set(event.task, [...own, { what: whatOf(event), kind, from: index, group, isRaced: false }]);
    } else if (end !== null) {
      const innermost = own.findLastIndex(({ what }) => what === end.what);
      const episode = own[innermost];
      if (episode !== undefined) {
        found.push(endOf(event.task, episode, end.result, index + 1));
        open.set(event.task, own.slice(0, innermost));
      }
    }
    if (event.type === 'OwnerSet' && isOwned(event.data.owner) !== isOwned(world.groups[event.data.group]?.owner)) {
      for (const [task, episodes] of open) {
        if (task === event.task) continue;
        for (const episode of episodes) if (episode.group === event.data.group) episode.isRaced = true;
      }
    }
    world = evolve(world, event);
    if (event.type !== 'RecordingEnded') last = index + 1;
  }
  return found.concat(
    [...open].flatMap(([task, episodes]) => episodes.map((episode) => endOf(task, episode, 'no end', last))),
  );
};

type Tallies = Map<string, Map<string, Tally>>;

const talliesOf = (episodes: readonly Episode[]): Tallies => {
  const tallies: Tallies = new Map();
  for (const { kind, result, position: at } of episodes) {
    const results = tallies.get(kind) ?? new Map<string, Tally>();
    tallies.set(kind, results);
    const known = results.get(result);
    results.set(result, { count: (known?.count ?? 0) + 1, example: known?.example ?? at });
  }
  return tallies;
};

/**
 * The kinds of episode whose results differ: a result that only one side had, or a kind that only one side has. How often a
 * result came is chance in a race, and no difference; nor is how an episode ended whose group's owner changed meanwhile. Kinds that both sides have come first, rarest result first within.
 */
export const compareEpisodes = (left: readonly Episode[], right: readonly Episode[]): readonly EpisodeKind[] => {
  const [mine, theirs] = [talliesOf(left), talliesOf(right)];
  const kinds = new Set([...mine.keys(), ...theirs.keys()]);
  const all = [...kinds].map((kind): EpisodeKind => {
    const [one, other] = [mine.get(kind) ?? new Map<string, Tally>(), theirs.get(kind) ?? new Map<string, Tally>()];
    const results = [...new Set([...one.keys(), ...other.keys()])].sort();
    return {
      kind,
      results: results.map((result) => ({ result, left: one.get(result) ?? null, right: other.get(result) ?? null })),
    };
  });
  const differs = ({ results }: EpisodeKind): boolean =>
    results.some(({ result, left: one, right: other }) => result !== 'no end' && (one === null) !== (other === null));
  // Which of those came up, and how they ended, is chance, or what a recording did not read; a BUG is neither.
  const isTelling = ({ kind, results }: EpisodeKind): boolean =>
    !(kind.endsWith(raced) || kind.endsWith(unknownOwner)) || results.some(({ result }) => result === 'BUG');
  const isOfBoth = ({ kind }: EpisodeKind): boolean => mine.has(kind) && theirs.has(kind);
  return all
    .filter((kind) => differs(kind) && isTelling(kind))
    .sort((one, other) => Number(isOfBoth(other)) - Number(isOfBoth(one)) || (one.kind < other.kind ? -1 : 1));
};
