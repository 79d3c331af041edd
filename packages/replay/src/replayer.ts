import { type Position, position, type Timeline, type Topology, type World, worldOf } from '@custody/trace';

/** A run to be looked at from any position. */
export interface Replayer {
  /** The last position: how many events the run has so far. */
  readonly end: Position;
  /**
   * The world after the first `at` events.
   *
   * @returns a value shared with other callers; the same position soon after gives the same object.
   * @throws RangeError when `at` is not a position of the run.
   */
  readonly stateAt: (at: Position) => World;
  /**
   * Up to where a world can be had soon: beyond it, all events from there on have to be folded first. Asking for the
   * worlds of a run in order moves it on.
   */
  readonly reach: () => Position;
}

/** The worlds at consecutive positions from `start` on, as far as anyone has asked. */
interface Stretch {
  readonly start: number;
  readonly worlds: World[];
}

/** Stretches kept: the one being looked at and its neighbour, so stepping over the seam costs nothing. */
const stretchesKept = 2;

/** The last world of the stretch; a stretch is never empty. */
const lastOf = ({ worlds }: Stretch): World => worlds[worlds.length - 1] as World;

/**
 * Looks at a run from anywhere: snapshots stand every `every` events and are made on the way, when first passed.
 * They are a cache: dropping them all changes no answer.
 *
 * @param every - at most this many events are folded from the nearest snapshot.
 * @throws RangeError when `every` is not a whole number of 1 or more.
 */
export const replayer = (topology: Topology, timeline: Timeline, every = 1000): Replayer => {
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new RangeError(`Cannot keep a snapshot every ${every} events as it must be a whole number of 1 or more`);
  }
  const { initial, evolve } = worldOf(topology);
  const endOf = (): Position => position(timeline.length);
  const snapshots: World[] = [initial];
  let kept: readonly Stretch[] = [];

  const snapshotAt = (index: number): World => {
    let world = snapshots[Math.min(index, snapshots.length - 1)] as World;
    for (let next = snapshots.length; next <= index; next += 1) {
      for (let event = (next - 1) * every; event < next * every; event += 1) world = evolve(world, timeline.at(event));
      snapshots.push(world);
    }
    return world;
  };

  const stretchAt = (index: number): Stretch => {
    const start = index * every;
    const known = kept.find((stretch) => stretch.start === start);
    const stretch = known ?? { start, worlds: [snapshotAt(index)] };
    kept = [stretch, ...kept.filter((other) => other !== stretch)].slice(0, stretchesKept);
    return stretch;
  };

  const stateAt = (at: Position): World => {
    if (!Number.isSafeInteger(at) || at < 0 || at > timeline.length) {
      throw new RangeError(`Cannot look at position ${at} as the run has positions 0 to ${endOf()}`);
    }
    const stretch = stretchAt(Math.floor(at / every));
    for (let reached = stretch.start + stretch.worlds.length - 1; reached < at; reached += 1) {
      stretch.worlds.push(evolve(lastOf(stretch), timeline.at(reached)));
    }
    return stretch.worlds[at - stretch.start] as World;
  };

  const reach = (): Position => position(Math.min(timeline.length, snapshots.length * every - 1));

  return {
    get end() {
      return endOf();
    },
    stateAt,
    reach,
  };
};
