import {
  type DriverName,
  domainNames,
  driverNamed,
  freshRegisters,
  OpenMachine,
  outcomeNames,
  outcomesAt,
  over,
  type PackedState,
  type Program,
  type ScriptedCall,
  type Stand,
  usualOutcome,
  type Variant,
} from '@custody/ownership';
import type { DeviceId, DomainId, DriverId, Fact, GroupTopology, OperationName, OwnerId, TaskId } from '@custody/trace';
import {
  bindCall,
  nameOfCall,
  scenarioOf,
  slots,
  syscallKind,
  unbindCall,
  userCall,
  userNamed,
  users,
} from './calls.ts';
import type { DriverNames } from './driver-names.ts';
import { isBefore, matches, taken } from './matches.ts';
import type { Seen } from './seen.ts';
import {
  type CallFrame,
  type Frame,
  idle,
  isIdle,
  keyOf,
  type SectionFrame,
  type Stance,
  stanceOf,
  type Trail,
  type World,
  withStance,
} from './world.ts';

/** What the run says of a group's ownership just before its mutex is let go; null where it does not say. */
export interface Reading {
  readonly owner: OwnerId | null;
  readonly count: number | null;
  readonly domain: DomainId | null;
}

/** How many hidden steps one task may take between two lines of its own, and how many others may take for it. */
const mostHidden = 12;
const mostForOthers = 6;
/** More worlds than these, and the answer would not come. */
export const mostWorlds = 4000;

/** Whoever had the group when the run began, while nobody has read who that is. */
const somebodyUnread = 'somebody';

/** A bound was hit: more at one time than there is room for. */
export class TooManyError extends Error {
  override readonly name = 'TooManyError';
}

/** What a world could have done instead, for whoever asks why it did not go on. */
export interface Attempt {
  readonly world: World;
  readonly slot: number;
  /** Where the task stood. */
  readonly label: string | null;
  /** What it would have told; null when it waited. */
  readonly told: Fact | null;
  /** What it waited for; null when for nothing. */
  readonly waitsFor: string | null;
  /** What it read, in words. */
  readonly readings: string;
  /** Where the run reads the group's ownership: how that would be. */
  readonly ownership: Ownership | null;
}

/** How a group stands while nobody is inside a call. */
export interface Standing {
  readonly devices: readonly {
    readonly id: DeviceId;
    readonly driver: DriverName | null;
    readonly managed: boolean;
  }[];
  /** The user who owns it. */
  readonly owner: string | null;
  readonly domain: string;
  /** Claims of the DMA API that no driver has. */
  readonly leftOver: number;
}

/** A group's ownership as the run would name it. */
export interface Ownership {
  readonly owner: string | null;
  readonly count: number;
  readonly domain: string;
}

interface Feeding {
  readonly slot: number;
  readonly fact: Fact;
  /** What was read under the group's mutex, where `fact` is its release. */
  readonly reading: Reading | null;
  readonly into: Map<string, World>;
  readonly attempts: Attempt[] | null;
}

/** Labels at which code of a driver's own runs, or of the firmware's: it may make calls, and take locks. */
const callbacks: ReadonlySet<string> = new Set(['bind.probe', 'unbind.remove', 'bind.firmware', 'remove.wait']);

const isDeviceLock = ({ lock }: SectionFrame): boolean => lock.id.startsWith('device:');

/** Everything that a group of a run may be like, by what the run has shown so far. */
export class GroupWorlds {
  worlds: readonly World[];
  /** The most worlds that were possible at one time. */
  most = 1;
  /** Notes what every step reads; asked for when reasons are wanted. */
  withReadings = false;
  private readonly variant: Variant;
  private readonly open: OpenMachine;
  private readonly devices: readonly DeviceId[];
  private readonly drivers: DriverNames;
  private readonly seen: Seen;
  private readonly inFlight: Seen['inFlight'];
  /** Tasks of `inFlight` that have begun something since. */
  private readonly settled = new Set<TaskId>();
  private readonly programs = new Map<string, Program>();
  private slotByTask = new Map<TaskId, number>();
  private userByName = new Map<string, number>();
  private lastUser = new Map<number, number>();

  constructor(variant: Variant, group: GroupTopology, drivers: DriverNames, seen: Seen) {
    this.variant = variant;
    this.drivers = drivers;
    this.seen = seen;
    this.inFlight = seen.inFlight;
    this.devices = group.devices.map(({ id }) => id);
    this.open = new OpenMachine(variant, scenarioOf(group, drivers));
    this.worlds = this.beginnings(group).map((state) => ({ state, stances: [], trail: null }));
  }

  get isQuiet(): boolean {
    return this.slotByTask.size === 0;
  }

  knows(task: TaskId): boolean {
    return this.slotByTask.has(task);
  }

  /** A device is bound to a driver through which a user may speak. */
  get hasSpeaker(): boolean {
    return this.worlds.some(({ state }) =>
      this.open.at(state, ({ views }) => views.devices.some((one) => one.isManaged)),
    );
  }

  /** What is needed to come back here: worlds are values, and who is who. */
  mark(): () => void {
    const { worlds } = this;
    const [tasks, names, last] = [new Map(this.slotByTask), new Map(this.userByName), new Map(this.lastUser)];
    return () => {
      this.worlds = worlds;
      this.slotByTask = new Map(tasks);
      this.userByName = new Map(names);
      this.lastUser = new Map(last);
    };
  }

  ownershipIn(world: World): Ownership {
    const { owner, count, domain } = this.open.ownership(world.state);
    return { owner: owner === null ? null : this.nameOfUser(owner), count, domain };
  }

  /** How the group stands in the first of the worlds, where nobody is inside a call. */
  standing(): Standing {
    const [world] = this.worlds;
    if (world === undefined) throw new RangeError('Cannot say how the group stands as no world is left');
    const { owner, count, domain } = this.ownershipIn(world);
    const isUsers = owner !== null && owner !== 'DMA_API';
    return this.open.at(world.state, ({ views, knobs }) => {
      const holders = views.devices.filter(({ holds }) => holds).length;
      const claims = knobs.claimRecord === 'token' ? Number(owner === 'DMA_API' && holders === 0) : count - holders;
      return {
        devices: views.devices.map(({ id, driver, isManaged }) => ({
          id,
          driver: driverNamed(driver),
          managed: isManaged,
        })),
        owner: isUsers ? owner : null,
        domain,
        leftOver: isUsers ? 0 : Math.max(0, claims),
      };
    });
  }

  /** The cookie that the model's user stands for. */
  private nameOfUser(owner: string): string {
    const named = [...this.userByName].find(([, user]) => userNamed(user) === owner)?.[0];
    return named ?? owner;
  }

  /**
   * The run shows `fact` of `task`.
   *
   * @param reading - what was read under the group's mutex, where this is its release.
   * @returns whether a world is left in which that can be; if none is, the worlds stay as they were.
   * @throws TooManyError when a bound is hit.
   */
  feed(task: TaskId, fact: Fact, reading: Reading | null, attempts: Attempt[] | null = null): boolean {
    const slot = this.slotFor(task, fact);
    if (slot === null) return this.mayEnd(task, fact);
    const into = new Map<string, World>();
    for (const world of this.worlds) {
      this.advance(world, { slot, fact, reading, into, attempts }, 0);
    }
    if (into.size === 0) {
      if (this.worlds.every((world) => isIdle(stanceOf(world, slot)))) this.slotByTask.delete(task);
      return false;
    }
    if (into.size > mostWorlds) throw new TooManyError(`more than ${mostWorlds} worlds are possible`);
    this.worlds = [...into.values()];
    this.most = Math.max(this.most, into.size);
    if (this.worlds.every((world) => isIdle(stanceOf(world, slot)))) this.forget(task, slot);
    return true;
  }

  private forget(task: TaskId, slot: number): void {
    this.slotByTask.delete(task);
    this.worlds = this.worlds.map((world) =>
      world.stances[slot] === undefined ? world : withStance(world, slot, idle),
    );
  }

  /** A group whose ownership nobody has read yet may be anybody's. */
  private beginnings({ owner, ownerCount, domain }: GroupTopology): readonly PackedState[] {
    const { open, variant } = this;
    const usual = open.begin();
    const attached = domainNames.find((name) => name === domain) ?? 'default';
    if (variant.knobs.claimRecord === 'none') {
      return [open.translated(usual, attached), open.contained(usual, this.userOf(somebodyUnread))];
    }
    if (ownerCount === null) {
      const somebody = this.userOf(somebodyUnread);
      return [usual, open.owned(usual, somebody, 'blocking'), open.owned(usual, somebody, 'user')];
    }
    if (owner === null || owner === 'DMA_API') return [open.translated(usual, attached)];
    const isDriver = this.drivers.isName(owner);
    const user = this.userOf(isDriver ? somebodyUnread : owner);
    return [open.owned(usual, user, attached, isDriver ? this.drivers.nameOf(owner as string as DriverId) : null)];
  }

  private slotFor(task: TaskId, fact: Fact): number | null {
    const known = this.slotByTask.get(task);
    if (known !== undefined) return known;
    if (!this.begins(fact)) return null;
    const used = new Set(this.slotByTask.values());
    for (let slot = 0; slot < slots; slot += 1) {
      if (used.has(slot)) continue;
      this.slotByTask.set(task, slot);
      if (this.inFlight.has(task)) this.settled.add(task);
      return slot;
    }
    throw new TooManyError(`more than ${slots} tasks are at work on one group at one time`);
  }

  /** What ends a thing that began before the run did says nothing; otherwise nothing ends that has not begun. */
  private mayEnd(task: TaskId, fact: Fact): boolean {
    return fact.type.startsWith('Syscall') || (this.inFlight.has(task) && !this.settled.has(task));
  }

  /** Whether something can begin with it. */
  private begins(fact: Fact): boolean {
    switch (fact.type) {
      case 'LockRequested':
      case 'CallEntered':
      case 'BindStarted':
      case 'UnbindStarted':
        return true;
      case 'LockAcquired':
        return !this.seen.kinds.has(`LockRequested ${fact.data.lock.split(':', 1)[0]}`);
      case 'SyscallEntered':
        return syscallKind(this.variant, fact.data.call) !== null;
      default:
        return false;
    }
  }

  /** The number by which the model knows who is called `name`, a cookie for instance. */
  private userOf(name: string): number {
    const known = this.userByName.get(name);
    if (known !== undefined) return known;
    const used = new Set(this.userByName.values());
    for (const [old, user] of this.userByName) {
      if (used.size < users) break;
      if (this.worlds.some((world) => this.concerns(world, user))) continue;
      this.userByName.delete(old);
      used.delete(user);
    }
    for (let user = 0; user < users; user += 1) {
      if (used.has(user)) continue;
      this.userByName.set(name, user);
      return user;
    }
    throw new TooManyError(`more than ${users} users want one group at one time`);
  }

  private concerns(world: World, user: number): boolean {
    const isNamed = world.stances.some((stance) =>
      stance?.frames.some((frame) => frame.kind === 'call' && frame.name.endsWith(` ${userNamed(user)}`)),
    );
    return isNamed || this.open.concerns(world.state, user);
  }

  private canRead(world: World, { owner, count, domain }: Reading): boolean {
    const own = this.open.ownership(world.state);
    if (count !== null) {
      if (own.count !== count) return false;
      if (!this.isOwner(own.owner, owner)) return false;
    }
    return domain === null || this.isDomain(own, domain);
  }

  private isOwner(told: string | null, shown: OwnerId | null): boolean {
    if (told === null || shown === null || told === 'DMA_API') return told === shown;
    const user = this.userByName.get(shown);
    if (user !== undefined) return told === userNamed(user);
    const unread = this.userByName.get(somebodyUnread);
    if (unread !== undefined && told === userNamed(unread)) {
      this.userByName.delete(somebodyUnread);
      this.userByName.set(shown, unread);
      return true;
    }
    return this.drivers.isName(told) && this.drivers.nameOf(shown as string as DriverId) === told;
  }

  private isDomain({ domain, isDefault }: ReturnType<OpenMachine['ownership']>, shown: DomainId): boolean {
    if (shown === domain) return true;
    if (shown === 'default') return isDefault;
    const isNamed = (domainNames as readonly string[]).includes(shown);
    return !isNamed && !isDefault && (domain === 'user' || domain === 'own');
  }

  /** All the ways in which `world` can come to what is fed, into `into`. */
  private advance(world: World, feeding: Feeding, depth: number): void {
    const { slot, fact, into, attempts } = feeding;
    const stance = stanceOf(world, slot);
    if (stance.pending.length > 0) {
      const left = taken(stance.pending, fact, this.drivers);
      if (left !== null) this.add(into, withStance(world, slot, { ...stance, pending: left }));
      else
        attempts?.push({
          world,
          slot,
          label: null,
          told: stance.pending[0] ?? null,
          waitsFor: null,
          readings: '',
          ownership: null,
        });
      return;
    }
    this.begin(world, feeding, depth);
    const frame = stance.frames.at(-1);
    if (frame === undefined || depth > mostHidden) return;
    if (frame.kind === 'section') this.advanceSection(world, frame, feeding);
    else this.advanceCall(world, frame, feeding, depth);
  }

  private add(into: Map<string, World>, world: World): void {
    const key = keyOf(world);
    if (!into.has(key)) into.set(key, world);
  }

  private advanceSection(world: World, frame: SectionFrame, feeding: Feeding): void {
    const { slot, fact, into, attempts, reading } = feeding;
    const stance = stanceOf(world, slot);
    const { lock } = frame;
    const goOn = (from: World, holder: number, frames: readonly Frame[]): void => {
      const state = this.open.changed(from.state, () => {
        lock.holder = holder;
      });
      this.add(into, withStance({ ...from, state }, slot, { ...stance, frames }));
    };
    const told = { type: frame.isHeld ? 'LockReleased' : 'LockAcquired', data: { lock: lock.id } } as Fact;
    if (!matches(told, fact, this.drivers) || (reading !== null && !this.canRead(world, reading))) {
      attempts?.push({
        world,
        slot,
        label: null,
        told,
        waitsFor: null,
        readings: '',
        ownership: reading === null ? null : this.ownershipIn(world),
      });
      return;
    }
    if (frame.isHeld) {
      goOn(world, -1, stance.frames.slice(0, -1));
      return;
    }
    const ready = this.whenFree(world, slot, () => this.open.at(world.state, () => lock.holder), lock.id);
    for (const from of ready) goOn(from, slot, [...stance.frames.slice(0, -1), { ...frame, isHeld: true }]);
    if (ready.length === 0) {
      attempts?.push({
        world,
        slot,
        label: null,
        told: null,
        waitsFor: this.heldBy(world, lock.id),
        readings: '',
        ownership: null,
      });
    }
  }

  private heldBy(world: World, lock: string): string {
    const holder = this.open.at(world.state, ({ allLocks }) => allLocks.find(({ id }) => id === lock)?.holder ?? -1);
    const task = [...this.slotByTask].find(([, slot]) => slot === holder)?.[0];
    return `${lock}, which ${task === undefined ? 'nobody' : `task ${task}`} holds`;
  }

  private advanceCall(world: World, frame: CallFrame, feeding: Feeding, depth: number): void {
    const { slot, fact, reading, into, attempts } = feeding;
    const stand = frame.program[frame.at] as Stand;
    const ready = this.whenReady(world, slot, stand);
    if (ready.length === 0) {
      const waitsFor = stand.lock === null ? (stand.awaits?.what ?? null) : this.heldBy(world, stand.lock.id);
      attempts?.push({ world, slot, label: stand.label, told: null, waitsFor, readings: '', ownership: null });
    }
    for (const from of ready) {
      for (const outcome of outcomesAt(stand)) {
        for (const start of this.othersFirst(from, slot, frame, outcome)) {
          const { world: next, visible } = this.take(start, slot, frame, outcome);
          const { announced } = stanceOf(start, slot);
          const rest = afterAnnounced(visible, announced);
          if (rest === null) continue;
          const [head] = rest;
          if (head === undefined) {
            this.advance(next, feeding, depth + 1);
            continue;
          }
          if (!matches(head, fact, this.drivers) || (reading !== null && !this.canRead(next, reading))) {
            attempts?.push({
              world: start,
              slot,
              label: stand.label,
              told: head,
              waitsFor: null,
              readings: next.trail?.readings ?? '',
              ownership: reading === null ? null : this.ownershipIn(next),
            });
            continue;
          }
          if (this.open.isRacy && isBefore(head) && rest.length > 1) {
            const stance = stanceOf(start, slot);
            this.add(into, withStance(start, slot, { ...stance, announced: [...announced, head] }));
          } else {
            this.add(into, withStance(next, slot, { ...stanceOf(next, slot), pending: rest.slice(1) }));
          }
        }
      }
    }
  }

  /** One step of `frame`, the innermost of `slot`'s; what it told that the run can show is not yet taken off. */
  private take(world: World, slot: number, frame: CallFrame, what: number): { world: World; visible: readonly Fact[] } {
    const { open } = this;
    const { program, at } = frame;
    const stand = program[at] as Stand;
    const readings = this.withReadings
      ? open
          .readingsOf(world.state, stand, what)
          .map(({ name, value }) => `${name} ${name === 'owner' ? this.nameOfUser(value) : value}`)
          .join(', ')
      : '';
    const { state, facts, next, marks } = open.step(world.state, slot, { program, stand }, what);
    const visible = facts.filter((fact) => this.seen.shows(fact));
    const stance = stanceOf(world, slot);
    const below = stance.frames.slice(0, -1);
    const outcome = stand.chance === 'ok' ? null : (outcomeNames[what] as string);
    const trail: Trail = {
      slot,
      label: stand.label,
      outcome,
      isHidden: visible.length === 0,
      marks,
      readings,
      before: world.trail,
    };
    if (next !== over) {
      const frames = [...below, { ...frame, at: next }];
      return {
        world: withStance({ state, trail, stances: world.stances }, slot, { ...stance, frames, announced: [] }),
        visible,
      };
    }
    const result = frame.isSyscall ? open.errnoOf(state, slot) : stance.result;
    const restored = open.setRegisters(state, slot, frame.below);
    const after: Stance = { frames: below, pending: [], announced: [], result };
    return { world: withStance({ state: restored, trail, stances: world.stances }, slot, after), visible };
  }

  /** The worlds in which nothing is in the way of `stand`: this one, or where others have moved on unseen. */
  private whenReady(world: World, slot: number, stand: Stand): readonly World[] {
    if (this.open.obstacle(world.state, stand) === null) return [world];
    return this.afterOthers(world, slot, (after) => this.open.obstacle(after.state, stand) === null);
  }

  private whenFree(world: World, slot: number, holder: () => number, _lock: string): readonly World[] {
    if (holder() < 0) return [world];
    return this.afterOthers(
      world,
      slot,
      (after) => this.open.at(after.state, ({ allLocks }) => allLocks.find(({ id }) => id === _lock)?.holder ?? -1) < 0,
    );
  }

  /** Where others than `slot` have taken steps that the run need not have shown yet, until `isEnough`. */
  private afterOthers(world: World, slot: number, isEnough: (after: World) => boolean): readonly World[] {
    const found: World[] = [];
    const known = new Set([keyOf(world)]);
    let edge: readonly World[] = [world];
    for (let depth = 0; depth < mostForOthers && edge.length > 0; depth += 1) {
      const next: World[] = [];
      for (const from of edge) {
        for (const after of this.unseenSteps(from, slot)) {
          const key = keyOf(after);
          if (known.has(key)) continue;
          known.add(key);
          if (isEnough(after)) found.push(after);
          else next.push(after);
        }
      }
      edge = next;
    }
    return found;
  }

  /** One step of anybody but `slot` that the run need not have shown yet. */
  private unseenSteps(world: World, slot: number): readonly World[] {
    const after: World[] = [];
    for (const [other, stance] of world.stances.entries()) {
      if (other === slot || stance === undefined || stance.pending.length > 0) continue;
      const frame = stance.frames.at(-1);
      if (frame?.kind !== 'call') continue;
      const stand = frame.program[frame.at] as Stand;
      if (this.open.obstacle(world.state, stand) !== null) continue;
      for (const outcome of outcomesAt(stand)) {
        const { world: next, visible } = this.take(world, other, frame, outcome);
        const rest = afterAnnounced(visible, stance.announced);
        if (rest === null || (rest[0] !== undefined && isBefore(rest[0]))) continue;
        after.push(withStance(next, other, { ...stanceOf(next, other), pending: rest }));
      }
    }
    return after;
  }

  /** Where the step touches what no lock protects: also the worlds in which others have come before it there. */
  private othersFirst(world: World, slot: number, frame: CallFrame, what: number): readonly World[] {
    const { open } = this;
    if (
      !open.isRacy ||
      world.stances.every((stance, other) => other === slot || stance === undefined || isIdle(stance))
    )
      return [world];
    const touched = this.touches(world, slot, frame, what);
    if (touched.reads.size + touched.writes.size === 0) return [world];
    const found = new Map([[keyOf(world), world]]);
    let edge: readonly World[] = [world];
    for (let depth = 0; depth < mostForOthers && edge.length > 0; depth += 1) {
      const next: World[] = [];
      for (const from of edge) {
        for (const after of this.unseenSteps(from, slot)) {
          const key = keyOf(after);
          if (found.has(key)) continue;
          found.set(key, after);
          next.push(after);
        }
      }
      edge = next;
    }
    return [...found.values()];
  }

  private touches(world: World, slot: number, { program, at }: CallFrame, what: number) {
    const stand = program[at] as Stand;
    return this.open.step(world.state, slot, { program, stand }, what).touched;
  }

  /** What `fact` may be the beginning of, where something may begin. */
  private begin(world: World, feeding: Feeding, depth: number): void {
    const { slot, fact, into } = feeding;
    const stance = stanceOf(world, slot);
    if (fact.type === 'SyscallReturned') {
      if (stance.frames.length > 0) return;
      if (stance.result === null || stance.result === fact.data.errno) this.add(into, withStance(world, slot, idle));
      return;
    }
    const top = stance.frames.at(-1);
    if (!mayBegin(top)) return;
    switch (fact.type) {
      case 'LockRequested':
      case 'LockAcquired':
        this.beginSection(world, feeding);
        break;
      case 'BindStarted':
        if (top === undefined || top.kind === 'section') {
          const driver = this.drivers.learn(fact.data.driver, fact.data.managed);
          this.deferAtOnce(world, feeding, fact.data.device);
          this.beginUnderLock(world, feeding, depth, fact.data.device, bindCall(fact.data.device, driver));
        }
        break;
      case 'UnbindStarted':
        this.beginUnderLock(world, feeding, depth, fact.data.device, unbindCall(fact.data.device));
        break;
      case 'CallEntered':
        for (const call of this.callsFor(world, slot, fact.data)) this.beginCall(world, feeding, call);
        break;
      case 'SyscallEntered':
        this.beginSyscall(world, feeding, fact.data.call);
        break;
    }
  }

  private beginSection(world: World, { slot, fact, into }: Feeding): void {
    if (fact.type !== 'LockRequested' && fact.type !== 'LockAcquired') return;
    const isHeld = fact.type === 'LockAcquired';
    if (isHeld && !this.begins(fact)) return;
    const wanted = fact.data.lock.startsWith('device:') ? fact.data.lock : fact.data.lock.split(':', 1)[0];
    const lock = this.open.machine.allLocks.find(({ id }) => id === wanted || id.split(':', 1)[0] === wanted);
    if (lock === undefined) return;
    const stance = stanceOf(world, slot);
    const frames = [...stance.frames, { kind: 'section', lock, isHeld } as const];
    const state = isHeld
      ? this.open.changed(world.state, () => {
          lock.holder = slot;
        })
      : world.state;
    this.add(into, withStance({ ...world, state }, slot, { ...stance, frames }));
  }

  /** A bind or an unbind, which the task is found in when it has the device_lock already. */
  private beginUnderLock(world: World, feeding: Feeding, depth: number, device: DeviceId, call: ScriptedCall): void {
    const { slot } = feeding;
    const stance = stanceOf(world, slot);
    const top = stance.frames.at(-1);
    const frame = this.frameOf(world, slot, call, false);
    if (top?.kind === 'section') {
      if (!top.isHeld || top.lock.id !== `device:${device}`) return;
      const atEntry = withStance(world, slot, { ...stance, frames: [...stance.frames.slice(0, -1), frame] });
      const { world: inside } = this.take(atEntry, slot, frame, usualOutcome);
      // The line of its lock has shown this step already.
      const trail = inside.trail && { ...inside.trail, isHidden: false };
      this.advance({ ...inside, trail }, feeding, depth + 1);
      return;
    }
    if (this.seen.kinds.has('LockAcquired device')) return;
    const state = this.open.setRegisters(world.state, slot, freshRegisters);
    this.advance(
      withStance({ ...world, state }, slot, { ...stance, frames: [...stance.frames, frame] }),
      feeding,
      depth + 1,
    );
  }

  /** really_probe() may put a bind off before it sets dev->driver, while a supplier is missing; §2.1 B4. */
  private deferAtOnce(world: World, { slot, into }: Feeding, device: DeviceId): void {
    const stance = stanceOf(world, slot);
    const top = stance.frames.at(-1);
    if (top?.kind !== 'section' || !top.isHeld || top.lock.id !== `device:${device}`) return;
    const told: Fact = { type: 'BindReturned', data: { device, errno: 'EPROBE_DEFER' } };
    if (this.seen.shows(told)) this.add(into, withStance(world, slot, { ...stance, pending: [told] }));
  }

  private frameOf(world: World, slot: number, call: ScriptedCall, isSyscall: boolean): CallFrame {
    return {
      kind: 'call',
      name: nameOfCall(call),
      program: this.programFor(slot, call),
      at: 0,
      below: this.open.registers(world.state, slot),
      isSyscall,
    };
  }

  private programFor(slot: number, call: ScriptedCall): Program {
    const key = `${slot} ${nameOfCall(call)}`;
    const known = this.programs.get(key);
    if (known !== undefined) return known;
    const program = this.open.programFor(slot, call);
    this.programs.set(key, program);
    return program;
  }

  /** Puts the call on the task's stack, at its entry; what is told on the way there is what `fact` begins with. */
  private beginCall(world: World, { slot, fact, into }: Feeding, call: ScriptedCall): void {
    const frame = this.frameOf(world, slot, call, false);
    const [entry] = frame.program;
    if (entry === undefined) return;
    const told = this.open.arrival(world.state, entry).filter((one) => this.seen.shows(one));
    const [head] = told;
    if (head === undefined || !matches(head, fact, this.drivers)) return;
    const stance = stanceOf(world, slot);
    const state = this.open.setRegisters(world.state, slot, freshRegisters);
    const next = { ...stance, frames: [...stance.frames, frame], pending: told.slice(1) };
    this.add(into, withStance({ ...world, state }, slot, next));
  }

  private beginSyscall(world: World, { slot, into }: Feeding, name: string): void {
    const kind = syscallKind(this.variant, name);
    if (kind === null) return;
    const stance = stanceOf(world, slot);
    const user = this.userOf(`task ${[...this.slotByTask].find(([, one]) => one === slot)?.[0]}`);
    const call = userCall(kind, user, this.speakersIn(world)[0] as DeviceId);
    const frame = this.frameOf(world, slot, call, true);
    const state = this.open.setRegisters(world.state, slot, freshRegisters);
    this.add(
      into,
      withStance({ ...world, state }, slot, { ...stance, result: null, frames: [...stance.frames, frame] }),
    );
  }

  /** The devices through whose drivers a user may speak: those bound to one that manages its own DMA, else any. */
  private speakersIn(world: World): readonly DeviceId[] {
    const managed = this.open.at(world.state, ({ views }) =>
      views.devices.filter((device) => device.isManaged).map(({ id }) => id),
    );
    return managed.length > 0 ? managed : this.devices;
  }

  /** What a call by name may be. Whose it is, a release does not say: the owner's, or who claimed last. */
  private callsFor(
    world: World,
    slot: number,
    { op, device, owner }: { readonly op: OperationName; readonly device?: DeviceId; readonly owner?: OwnerId },
  ): readonly ScriptedCall[] {
    const first = this.devices[0] as DeviceId;
    const task = [...this.slotByTask].find(([, one]) => one === slot)?.[0];
    switch (op) {
      case 'use':
      case 'unuse':
        return [];
      case 'claim':
      case 'claim-device': {
        const user = this.userOf(owner ?? `task ${task}`);
        this.lastUser.set(slot, user);
        const through = device === undefined ? this.speakersIn(world) : [device];
        const isAsked = this.variant.knobs.ownerId !== 'cookie';
        return (isAsked ? through : through.slice(0, 1)).map((one) => userCall(op, user, one));
      }
      case 'release':
      case 'release-device':
        return [userCall(op, this.ownerIn(world) ?? this.lastUser.get(slot) ?? 0, device ?? first)];
      case 'attach':
      case 'detach': {
        const group = userCall(op === 'attach' ? 'attach-group' : 'detach-group', this.ownerIn(world) ?? 0, first);
        return device === undefined ? [group] : [{ kind: op, device }];
      }
      case 'store-type':
        return [{ kind: 'store-type' }];
    }
  }

  private ownerIn(world: World): number | null {
    const { owner } = this.open.ownership(world.state);
    const number = owner !== null && /^U\d+$/.test(owner) ? Number(owner.slice(1)) : Number.NaN;
    return Number.isNaN(number) ? null : number;
  }
}

/** Where calls, and sections under locks that are nobody's business, may begin. */
const mayBegin = (top: Frame | undefined): boolean => {
  if (top === undefined) return true;
  if (top.kind === 'section') return top.isHeld && isDeviceLock(top);
  return top.isSyscall || callbacks.has((top.program[top.at] as Stand).label);
};

/** `visible` without what was announced; null when it does not begin with that. */
const afterAnnounced = (visible: readonly Fact[], announced: readonly Fact[]): readonly Fact[] | null => {
  if (announced.length === 0) return visible;
  const isSame = announced.every((fact, index) => visible[index]?.type === fact.type);
  return isSame ? visible.slice(announced.length) : null;
};
