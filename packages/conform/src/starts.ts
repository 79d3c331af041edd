import {
  driverNamed,
  freshRegisters,
  type OpenMachine,
  type Program,
  type ScriptedCall,
  usualOutcome,
  type Variant,
} from '@custody/ownership';
import { type DeviceId, deviceId, deviceLock, type Fact, type Facts, type LockId } from '@custody/trace';
import { bindCall, nameOfCall, syscallKind, syscallKinds, unbindCall, userCall } from './calls.ts';
import type { DriverNames } from './driver-names.ts';
import { matches } from './matches.ts';
import type { People } from './people.ts';
import type { Seen } from './seen.ts';
import { type Steps, standAt } from './steps.ts';
import { type CallFrame, type Frame, idle, type SectionFrame, stanceOf, type World, withStance } from './world.ts';

/** What a fact may have begun in a world. */
export interface Started {
  /** Worlds in which the fact was that beginning. */
  readonly done: readonly World[];
  /** Worlds in which it comes of a step that is still to be taken. */
  readonly toGo: readonly World[];
}
const nothing: Started = { done: [], toGo: [] };
const together = (all: readonly Started[]): Started => ({
  done: all.flatMap((one) => one.done),
  toGo: all.flatMap((one) => one.toGo),
});
const done = (...worlds: readonly World[]): Started => ({ done: worlds, toGo: [] });

/** Labels at which code of a driver's own runs, or of the firmware's: it may make calls, and take locks. */
const callbacks: ReadonlySet<string> = new Set(['bind.probe', 'unbind.remove', 'bind.firmware', 'remove.wait']);

type DriverCall = Extract<ScriptedCall, { readonly kind: 'bind' | 'unbind' }>;

/** Where calls, and sections under locks that are nobody's business, may begin. */
const mayStart = (top: Frame | undefined): boolean => {
  if (top === undefined) return true;
  if (top.kind === 'section') return top.isHeld && !top.lock.id.startsWith('group:');
  return top.isSyscall || callbacks.has(standAt(top).label);
};

const kindOf = (lock: LockId): string => lock.split(':', 1)[0] as string;

/** Begins what a run shows the beginning of. */
export class Starts {
  private readonly variant: Variant;
  private readonly open: OpenMachine;
  private readonly steps: Steps;
  private readonly people: People;
  private readonly drivers: DriverNames;
  private readonly seen: Seen;
  private readonly devices: readonly DeviceId[];
  private readonly userOf: (name: string) => number;
  private readonly programs = new Map<string, Program>();
  private readonly guesses: boolean;

  constructor({
    variant,
    open,
    steps,
    people,
    drivers,
    seen,
    userOf,
  }: {
    readonly variant: Variant;
    readonly open: OpenMachine;
    readonly steps: Steps;
    readonly people: People;
    readonly drivers: DriverNames;
    readonly seen: Seen;
    readonly userOf: (name: string) => number;
  }) {
    this.variant = variant;
    this.open = open;
    this.steps = steps;
    this.people = people;
    this.drivers = drivers;
    this.seen = seen;
    this.userOf = userOf;
    this.guesses = variant.knobs.userGuard === 'viability' && !seen.kinds.has('SyscallEntered');
    this.devices = open.machine.views.devices.map(({ id }) => id);
  }

  /** Whether something can begin with it at all. */
  canBegin(fact: Fact): boolean {
    switch (fact.type) {
      case 'LockRequested':
      case 'CallEntered':
      case 'BindStarted':
      case 'UnbindStarted':
        return true;
      case 'LockAcquired':
        // mutex_trylock() asks nobody: what it took is known by the release.
        return fact.data.inferred === true || !this.seen.kinds.has(`LockRequested ${kindOf(fact.data.lock)}`);
      case 'SyscallEntered':
        return syscallKind(this.variant, fact.data.call) !== null;
      default:
        return false;
    }
  }

  /**
   * What `fact` of the task in `slot` may be the beginning of; or the end of, where it is back in user space.
   *
   * @param mayGuess - whether a call that no line shows may have been made on the way to it.
   */
  start(world: World, slot: number, fact: Fact, mayGuess: boolean): Started {
    const { frames, result } = stanceOf(world, slot);
    if (fact.type === 'SyscallReturned') {
      const isBack = frames.length === 0 && (result === null || result === fact.data.errno);
      return isBack ? done(withStance(world, slot, idle)) : nothing;
    }
    if (fact.type === 'SyscallEntered' && syscallKind(this.variant, fact.data.call) === null) {
      return frames.length === 0 ? done(withStance(world, slot, idle)) : nothing;
    }
    const top = frames.at(-1);
    if (!mayStart(top) || !this.canBegin(fact)) return nothing;
    switch (fact.type) {
      case 'LockRequested':
      case 'LockAcquired':
        return together([
          this.section(world, slot, fact.data.lock, fact.type === 'LockAcquired'),
          ...(mayGuess && this.guesses && top === undefined ? this.guessed(world, slot, fact) : []),
        ]);
      case 'BindStarted':
        return top?.kind === 'call' ? nothing : this.bind(world, slot, fact.data, mayGuess);
      case 'UnbindStarted':
        return this.underLock(world, slot, unbindCall(fact.data.device), false);
      case 'CallEntered':
        return {
          done: this.callsFor(world, slot, fact.data).flatMap((call) => this.call(world, slot, fact, call).done),
          toGo: [],
        };
      case 'SyscallEntered':
        return this.syscall(world, slot, fact.data.call);
      default:
        return nothing;
    }
  }

  private section(world: World, slot: number, wanted: LockId, isHeld: boolean): Started {
    const lock = this.open.machine.allLocks.find(({ id }) =>
      wanted.startsWith('device:') ? id === wanted : kindOf(id) === kindOf(wanted),
    );
    if (lock === undefined) return nothing;
    if (!isHeld) return done(this.pushed(world, slot, { kind: 'section', lock, isHeld }));
    const take = (): void => {
      lock.holder = slot;
    };
    return done(
      ...this.steps.whenReady(world, slot, { lock, awaits: null }).map((ready) => {
        const state = this.open.changed(ready.state, take);
        return this.pushed({ ...ready, state }, slot, { kind: 'section', lock, isHeld });
      }),
    );
  }

  private bind(
    world: World,
    slot: number,
    { device, driver, managed }: Facts['BindStarted'],
    mayKeep: boolean,
  ): Started {
    const call = bindCall(device, this.drivers.learn(driver, managed));
    return { done: this.deferred(world, slot, device), toGo: this.underLock(world, slot, call, mayKeep).toGo };
  }

  /** really_probe() may put a bind off before it sets dev->driver, while a supplier is missing; §2.1 B4. */
  private deferred(world: World, slot: number, device: DeviceId): readonly World[] {
    const told: Fact = { type: 'BindReturned', data: { device, errno: 'EPROBE_DEFER' } };
    if (this.lockHeld(world, slot, device) === null || !this.seen.shows(told)) return [];
    return [withStance(world, slot, { ...stanceOf(world, slot), pending: [told] })];
  }

  /**
   * __device_attach() tries one driver after the other under one device_lock: a bind that begins where the lock was about
   * to be let go begins under it.
   *
   * @returns the world in which the task has kept the lock; null where `fact` is no such beginning.
   */
  keptLock(world: World, slot: number, fact: Fact): World | null {
    const stance = stanceOf(world, slot);
    const [head, ...more] = stance.pending;
    if (fact.type !== 'BindStarted' || head?.type !== 'LockReleased' || more.length > 0) return null;
    const lock = this.open.machine.allLocks.find(({ id }) => id === deviceLock(fact.data.device));
    if (lock === undefined || lock.id !== head.data.lock || this.isBound(world, fact.data.device)) return null;
    if (this.open.obstacle(world.state, { lock, awaits: null }) !== null) return null;
    const state = this.open.changed(world.state, () => {
      lock.holder = slot;
    });
    const frames: readonly Frame[] = [...stance.frames, { kind: 'section', lock, isHeld: true }];
    return withStance({ ...world, state }, slot, { ...stance, frames, pending: [] });
  }

  private isBound({ state }: World, device: DeviceId): boolean {
    return this.open.at(state, ({ views }) =>
      views.devices.some(({ id, driver }) => id === device && driverNamed(driver) !== null),
    );
  }

  private lockHeld(world: World, slot: number, device: DeviceId): SectionFrame | null {
    const top = stanceOf(world, slot).frames.at(-1);
    return top?.kind === 'section' && top.isHeld && top.lock.id === deviceLock(device) ? top : null;
  }

  /**
   * A bind or an unbind, which the task is found in when it has the device_lock already, if the run shows that.
   *
   * @param mayKeep - whether it may have the lock of a call before.
   */
  private underLock(world: World, slot: number, call: DriverCall, mayKeep: boolean): Started {
    const device = deviceId(call.device);
    const frame = this.frameOf(world, slot, call);
    if (this.lockHeld(world, slot, device) !== null) {
      const stance = stanceOf(world, slot);
      const atEntry = withStance(world, slot, { ...stance, frames: [...stance.frames.slice(0, -1), frame] });
      const { world: inside } = this.steps.take(atEntry, slot, frame, usualOutcome);
      // The line of its lock has shown this step already.
      const trail = inside.trail && { ...inside.trail, isHidden: false };
      return { done: [], toGo: [{ ...inside, trail }] };
    }
    if (!this.seen.kinds.has('LockAcquired device')) return { done: [], toGo: [this.entered(world, slot, frame)] };
    if (this.seen.kinds.has('LockReleased device') || !mayKeep) return nothing;
    // A release that no line shows may not have come.
    const kept = this.section(world, slot, deviceLock(device), true).done;
    return together(kept.map((held) => this.underLock(held, slot, call, false)));
  }

  /** Puts the call on the task's stack, at its entry; what is told on the way there begins with `fact`, or is nothing. */
  private call(world: World, slot: number, fact: Fact, call: ScriptedCall): Started {
    const frame = this.frameOf(world, slot, call);
    const [head, ...pending] = this.arrivalAt(world, frame);
    const inside = this.entered(world, slot, frame);
    if (head === undefined) return { done: [], toGo: [inside] };
    if (!matches(head, fact, this.drivers)) return nothing;
    return done(withStance(inside, slot, { ...stanceOf(inside, slot), pending }));
  }

  private arrivalAt({ state }: World, frame: CallFrame): readonly Fact[] {
    return this.open.arrival(state, standAt(frame)).filter((told) => this.seen.shows(told));
  }

  private syscall(world: World, slot: number, name: string): Started {
    const kind = syscallKind(this.variant, name);
    const [through] = this.speakersIn(world);
    if (kind === null || through === undefined) return nothing;
    const frame = this.frameOf(world, slot, userCall(kind, this.userIn(slot), through));
    const inside = this.entered(world, slot, { ...frame, isSyscall: true });
    const pending = this.arrivalAt(world, frame);
    return done(withStance(inside, slot, { ...stanceOf(inside, slot), pending, result: null }));
  }

  /** Where no system call is told, and a scheme knows by them alone who has the group: whichever it may be. */
  private guessed(world: World, slot: number, fact: Fact): readonly Started[] {
    const container = this.open.containerUser(world.state);
    const asking = [...new Set([this.userIn(slot), ...(container === null ? [] : [container])])];
    return asking.flatMap((user) =>
      syscallKinds.flatMap((kind) =>
        this.speakersIn(world).map((through) => this.call(world, slot, fact, userCall(kind, user, through))),
      ),
    );
  }

  private frameOf(world: World, slot: number, call: ScriptedCall): CallFrame {
    const name = nameOfCall(call);
    const key = `${slot} ${name}`;
    const program = this.programs.get(key) ?? this.open.programFor(slot, call);
    this.programs.set(key, program);
    return { kind: 'call', name, program, at: 0, below: this.open.registers(world.state, slot), isSyscall: false };
  }

  private entered(world: World, slot: number, frame: CallFrame): World {
    return this.pushed({ ...world, state: this.open.setRegisters(world.state, slot, freshRegisters) }, slot, frame);
  }

  private pushed(world: World, slot: number, frame: Frame): World {
    const stance = stanceOf(world, slot);
    return withStance(world, slot, { ...stance, frames: [...stance.frames, frame] });
  }

  /** Somebody in user space who shows no cookie is known by the task that asks. */
  private userIn(slot: number): number {
    return this.userOf(`task ${this.people.taskIn(slot)}`);
  }

  /** The devices through whose drivers a user may speak: those bound to one that manages its own DMA, else any. */
  private speakersIn({ state }: World): readonly DeviceId[] {
    const managed = this.open.at(state, ({ views }) => views.devices.filter((device) => device.isManaged));
    return managed.length > 0 ? managed.map(({ id }) => id) : this.devices;
  }

  /** What a call by name may be. Whose it is, a release does not say: the owner's, or who claimed last. */
  private callsFor(world: World, slot: number, { op, device, owner }: Facts['CallEntered']): readonly ScriptedCall[] {
    const first = this.devices[0] as DeviceId;
    const ownUser = (): number => this.open.ownerNumber(world.state) ?? this.people.lastClaimIn(slot);
    switch (op) {
      case 'use':
      case 'unuse':
        return [];
      case 'claim':
      case 'claim-device': {
        const user = owner === undefined ? this.userIn(slot) : this.userOf(owner);
        this.people.claimed(slot, user);
        const through = device === undefined ? this.speakersIn(world) : [device];
        const isNamedByDriver = this.variant.knobs.ownerId !== 'cookie';
        return (isNamedByDriver ? through : through.slice(0, 1)).map((one) => userCall(op, user, one));
      }
      case 'release':
      case 'release-device':
        return [userCall(op, ownUser(), device ?? first)];
      case 'attach':
      case 'detach':
        return [device === undefined ? userCall(`${op}-group`, ownUser(), first) : { kind: op, device }];
      case 'store-type':
        return [{ kind: op }];
    }
  }
}
