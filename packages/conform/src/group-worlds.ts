import { domainNames, OpenMachine, outcomesAt, type PackedState, type Variant } from '@custody/ownership';
import type { DriverId, Fact, GroupTopology, TaskId } from '@custody/trace';
import { BoundError, mostHidden, mostWorlds } from './bounds.ts';
import { scenarioOf, userNamed } from './calls.ts';
import type { DriverNames } from './driver-names.ts';
import { isBefore, matches, taken } from './matches.ts';
import { People, somebody } from './people.ts';
import { type Ownership, Reader, type Reading, type Standing } from './reading.ts';
import type { Seen } from './seen.ts';
import { Starts } from './starts.ts';
import { afterAnnounced, Steps, standAt } from './steps.ts';
import { type CallFrame, idle, isIdle, keyOf, type SectionFrame, stanceOf, type World, withStance } from './world.ts';

/** What a world could have done instead, for whoever asks why it did not go on. */
export interface Attempt {
  readonly world: World;
  readonly slot: number;
  /** The step that tells it; null where its last step told it already. */
  readonly label: string | null;
  /** What it would have told; null when it waited. */
  readonly told: Fact | null;
  /** What it waited for; null when for nothing. */
  readonly waitsFor: string | null;
  /** What the step read, in words. */
  readonly readings: string;
  /** Where the run reads the group's ownership: how that would be. */
  readonly ownership: Ownership | null;
}
const noAttempt = { label: null, told: null, waitsFor: null, readings: '', ownership: null };

/** One fact of one task, and the worlds that come of it. */
interface Feeding {
  readonly slot: number;
  readonly fact: Fact;
  readonly reading: Reading | null;
  readonly into: Map<string, World>;
  readonly attempts: Attempt[] | null;
}

/** How far a world has come, unseen, towards what is fed. */
interface Way {
  readonly depth: number;
  /** One call at most is made that no line shows. */
  readonly mayGuess: boolean;
}
const fresh: Way = { depth: 0, mayGuess: true };

const add = (into: Map<string, World>, world: World): void => {
  const key = keyOf(world);
  if (!into.has(key)) into.set(key, world);
};

/** Everything that a group of a run may be like, by what the run has shown so far. */
export class GroupWorlds {
  worlds: readonly World[] = [];
  /** The most worlds that were possible at one time. */
  most = 1;
  readonly steps: Steps;
  private readonly open: OpenMachine;
  private readonly drivers: DriverNames;
  private readonly inFlight: Seen['inFlight'];
  /** Tasks that were in the middle of something as the run began, and have begun something since. */
  private readonly settled = new Set<TaskId>();
  private readonly people = new People();
  private readonly reader: Reader;
  private readonly starts: Starts;

  constructor(variant: Variant, group: GroupTopology, drivers: DriverNames, seen: Seen) {
    const open = new OpenMachine(variant, scenarioOf(group, drivers));
    const { people } = this;
    this.open = open;
    this.drivers = drivers;
    this.inFlight = seen.inFlight;
    this.steps = new Steps(open, people, seen);
    this.reader = new Reader(open, people, drivers);
    const userOf = (name: string): number => this.userOf(name);
    this.starts = new Starts({ variant, open, steps: this.steps, people, drivers, seen, userOf });
    this.worlds = this.beginnings(variant, group).map((state) => ({ state, stances: [], trail: null }));
  }

  /** Nobody is inside a call, as far as the run has shown. */
  get isQuiet(): boolean {
    return this.people.isNobody;
  }

  knows(task: TaskId): boolean {
    return this.people.slotOf(task) !== null;
  }

  /** A device is bound to a driver through which a user may speak. */
  get hasSpeaker(): boolean {
    return this.worlds.some(({ state }) =>
      this.open.at(state, ({ views }) => views.devices.some((device) => device.isManaged)),
    );
  }

  /** Remembers where things stand; who calls what comes back comes back there. */
  mark(): () => void {
    const { worlds } = this;
    const goBack = this.people.mark();
    return () => {
      this.worlds = worlds;
      goBack();
    };
  }

  ownershipIn(world: World): Ownership {
    return this.reader.ownershipIn(world);
  }

  /** How the group stands in the first of the worlds, where nobody is inside a call. */
  standing(): Standing {
    const [world] = this.worlds;
    if (world === undefined) throw new RangeError('Cannot say how the group stands as no world is left');
    return this.reader.standingIn(world);
  }

  /**
   * The run shows `fact` of `task`.
   *
   * @param reading - what was read under the group's mutex, where this is its release.
   * @param attempts - where to note what the worlds that cannot go on could have done instead.
   * @returns whether a world is left in which that can be; if none is, the worlds stay as they were.
   * @throws BoundError when a bound is hit.
   */
  feed(task: TaskId, fact: Fact, reading: Reading | null, attempts: Attempt[] | null = null): boolean {
    if (fact.type === 'GroupSampled') return this.sample(fact, reading, attempts);
    const slot = this.slotFor(task, fact);
    if (slot === null) return this.mayEnd(task, fact);
    const into = new Map<string, World>();
    for (const world of this.worlds) this.advance(world, { slot, fact, reading, into, attempts }, fresh);
    if (into.size > mostWorlds) throw new BoundError(`more than ${mostWorlds} worlds are possible`);
    if (into.size > 0) this.worlds = [...into.values()];
    this.most = Math.max(this.most, into.size);
    if (this.worlds.every((world) => isIdle(stanceOf(world, slot)))) this.forget(task, slot);
    return into.size > 0;
  }

  /** A reading in the middle of things: what is read is there by then, and nobody takes a step for it. */
  private sample(told: Fact, reading: Reading | null, attempts: Attempt[] | null): boolean {
    const left = this.worlds.filter((world) => this.canRead(world, reading));
    if (left.length > 0) this.worlds = left;
    else {
      for (const world of this.worlds) {
        attempts?.push({ ...noAttempt, world, slot: -1, told, ownership: this.ownershipIn(world) });
      }
    }
    return left.length > 0;
  }

  private slotFor(task: TaskId, fact: Fact): number | null {
    const known = this.people.slotOf(task);
    if (known !== null) return known;
    if (!this.starts.canBegin(fact)) return null;
    if (this.inFlight.has(task)) this.settled.add(task);
    return this.people.enter(task);
  }

  /** What ends a thing that began before the run did says nothing; otherwise nothing ends that has not begun. */
  private mayEnd(task: TaskId, fact: Fact): boolean {
    return fact.type.startsWith('Syscall') || (this.inFlight.has(task) && !this.settled.has(task));
  }

  private forget(task: TaskId, slot: number): void {
    this.people.leave(task);
    this.worlds = this.worlds.map((world) =>
      world.stances[slot] === undefined ? world : withStance(world, slot, idle),
    );
  }

  private userOf(name: string): number {
    const isMeant = (world: World, user: number): boolean =>
      this.open.concerns(world.state, user) ||
      world.stances.some((stance) =>
        stance?.frames.some((frame) => frame.kind === 'call' && frame.name.endsWith(` ${userNamed(user)}`)),
      );
    return this.people.userOf(name, (user) => this.worlds.some((world) => isMeant(world, user)));
  }

  /** How the group may stand as the run begins: one whose ownership nobody has read yet may be anybody's. */
  private beginnings({ knobs }: Variant, { owner, ownerCount, domain }: GroupTopology): readonly PackedState[] {
    const { open } = this;
    const usual = open.begin();
    const attached = domainNames.find((name) => name === domain) ?? 'default';
    if (knobs.claimRecord === 'none') {
      return [open.translated(usual, attached), open.contained(usual, this.userOf(somebody))];
    }
    if (ownerCount === null) {
      const user = this.userOf(somebody);
      return [usual, open.owned(usual, user, 'blocking'), open.owned(usual, user, 'user')];
    }
    if (owner === null || owner === 'DMA_API') return [open.translated(usual, attached)];
    const driver = this.drivers.isName(owner) ? this.drivers.nameOf(owner as string as DriverId) : null;
    return [open.owned(usual, this.userOf(driver === null ? owner : somebody), attached, driver)];
  }

  /** All the ways in which `world` can come to what is fed, into `into`. */
  private advance(world: World, feeding: Feeding, way: Way): void {
    const { slot, fact, into, attempts } = feeding;
    const stance = stanceOf(world, slot);
    const [head] = stance.pending;
    if (head !== undefined) {
      const left = taken(stance.pending, fact, this.drivers);
      const kept = left === null && way.mayGuess ? this.starts.keptLock(world, slot, fact) : null;
      if (left !== null) add(into, withStance(world, slot, { ...stance, pending: left }));
      else if (kept !== null) this.advance(kept, feeding, way);
      else attempts?.push({ ...noAttempt, world, slot, told: head });
      return;
    }
    if (way.depth > mostHidden)
      throw new BoundError(`a task may take more than ${mostHidden} steps that no line shows`);
    const { done, toGo } = this.starts.start(world, slot, fact, way.mayGuess);
    for (const started of done) add(into, started);
    for (const started of toGo) this.advance(started, feeding, { depth: way.depth + 1, mayGuess: false });
    const frame = stance.frames.at(-1);
    if (frame?.kind === 'section') this.advanceSection(world, frame, feeding);
    else if (frame?.kind === 'call') this.advanceCall(world, frame, feeding, way);
  }

  /** A section writes nothing of the protocol's: what is read at its end is what was there. */
  private advanceSection(world: World, frame: SectionFrame, { slot, fact, reading, into, attempts }: Feeding): void {
    const { lock, isHeld } = frame;
    const stance = stanceOf(world, slot);
    const outer = stance.frames.slice(0, -1);
    const told = { type: isHeld ? 'LockReleased' : 'LockAcquired', data: { lock: lock.id } } as Fact;
    if (!matches(told, fact, this.drivers) || !this.canRead(world, reading)) {
      const ownership = reading === null ? null : this.ownershipIn(world);
      attempts?.push({ ...noAttempt, world, slot, told, ownership });
      return;
    }
    const wanted = { lock, awaits: null };
    const ready = isHeld ? [world] : this.steps.whenReady(world, slot, wanted);
    if (ready.length === 0) {
      attempts?.push({ ...noAttempt, world, slot, waitsFor: this.steps.obstacleText(world, wanted) });
    }
    for (const from of ready) {
      const state = this.open.changed(from.state, () => {
        lock.holder = isHeld ? -1 : slot;
      });
      const frames = isHeld ? outer : [...outer, { ...frame, isHeld: true }];
      add(into, withStance({ ...from, state }, slot, { ...stance, frames }));
    }
  }

  private canRead(world: World, reading: Reading | null): boolean {
    return reading === null || this.reader.canRead(world, reading);
  }

  private advanceCall(world: World, frame: CallFrame, feeding: Feeding, way: Way): void {
    const { slot, attempts } = feeding;
    const stand = standAt(frame);
    const ready = this.steps.whenReady(world, slot, stand);
    if (ready.length === 0) {
      const waitsFor = this.steps.obstacleText(world, stand);
      attempts?.push({ ...noAttempt, world, slot, label: stand.label, waitsFor });
    }
    for (const from of ready) {
      for (const outcome of outcomesAt(stand)) {
        for (const start of this.steps.othersFirst(from, slot, frame, outcome)) {
          this.advanceStep(start, frame, outcome, feeding, way);
        }
      }
    }
  }

  /** Takes one step; one that nobody sees is followed by the next. */
  private advanceStep(start: World, frame: CallFrame, outcome: number, feeding: Feeding, way: Way): void {
    const { slot, fact, reading, into, attempts } = feeding;
    const { world: next, visible } = this.steps.take(start, slot, frame, outcome);
    const stance = stanceOf(start, slot);
    const rest = afterAnnounced(visible, stance.announced);
    if (rest === null) return;
    const [head, ...pending] = rest;
    if (head === undefined) {
      this.advance(next, feeding, { ...way, depth: way.depth + 1 });
      return;
    }
    const ended = withStance(next, slot, { ...stanceOf(next, slot), pending: rest });
    const kept = way.mayGuess ? this.starts.keptLock(ended, slot, fact) : null;
    if (kept !== null) {
      this.advance(kept, feeding, way);
    } else if (!matches(head, fact, this.drivers) || !this.canRead(next, reading)) {
      const ownership = reading === null ? null : this.ownershipIn(next);
      const { label } = standAt(frame);
      const readings = next.trail?.readings ?? '';
      attempts?.push({ ...noAttempt, world: start, slot, label, told: head, readings, ownership });
    } else if (this.open.isRacy && isBefore(head) && pending.length > 0) {
      // The effect may come later, and others may be there first.
      add(into, withStance(start, slot, { ...stance, announced: [...stance.announced, head] }));
    } else {
      add(into, withStance(next, slot, { ...stanceOf(next, slot), pending }));
    }
  }
}
