import { type OpenMachine, outcomeNames, outcomesAt, over, type Stand, type Touched } from '@custody/ownership';
import type { Fact } from '@custody/trace';
import { BoundError, mostForOthers, mostWorlds } from './bounds.ts';
import { isBefore } from './matches.ts';
import type { People } from './people.ts';
import type { Seen } from './seen.ts';
import { type CallFrame, isIdle, keyOf, type Stance, stanceOf, type Trail, type World, withStance } from './world.ts';

/** A step that was taken, and what of it the run can show. */
export interface Taken {
  readonly world: World;
  readonly visible: readonly Fact[];
  readonly touched: Touched;
}

/** Whether it matters which of two steps comes first, as far as no lock says. */
const isConflict = (one: Touched, other: Touched): boolean =>
  !one.writes.isDisjointFrom(other.writes) ||
  !one.writes.isDisjointFrom(other.reads) ||
  !one.reads.isDisjointFrom(other.writes);

export const standAt = ({ program, at }: CallFrame): Stand => program[at] as Stand;

/** `visible` without what was announced; null when it does not begin with that. */
export const afterAnnounced = (visible: readonly Fact[], announced: readonly Fact[]): readonly Fact[] | null => {
  const isSame = announced.every(({ type }, index) => visible[index]?.type === type);
  return isSame ? visible.slice(announced.length) : null;
};

/** Takes the model's steps in worlds. */
export class Steps {
  /** Notes what every step reads; asked for when reasons are wanted. */
  withReadings = false;
  private readonly open: OpenMachine;
  private readonly people: People;
  private readonly seen: Seen;

  constructor(open: OpenMachine, people: People, seen: Seen) {
    this.open = open;
    this.people = people;
    this.seen = seen;
  }

  /** One step of `frame`, the innermost of `slot`'s. */
  take(world: World, slot: number, frame: CallFrame, what: number): Taken {
    const { open } = this;
    const stand = standAt(frame);
    const { state, facts, next, marks, touched } = open.step(
      world.state,
      slot,
      { program: frame.program, stand },
      what,
    );
    const visible = facts.filter((fact) => this.seen.shows(fact));
    const trail: Trail = {
      slot,
      label: stand.label,
      outcome: stand.chance === 'ok' ? null : (outcomeNames[what] as string),
      isHidden: visible.length === 0,
      marks,
      readings: this.withReadings ? this.readingsText(world, stand, what) : '',
      before: world.trail,
    };
    const stance = stanceOf(world, slot);
    const below = stance.frames.slice(0, -1);
    if (next !== over) {
      const after: Stance = { ...stance, frames: [...below, { ...frame, at: next }], announced: [] };
      return { world: withStance({ state, trail, stances: world.stances }, slot, after), visible, touched };
    }
    const result = frame.isSyscall ? open.errnoOf(state, slot) : stance.result;
    const restored = open.setRegisters(state, slot, frame.below);
    const after: Stance = { frames: below, pending: [], announced: [], result };
    return { world: withStance({ state: restored, trail, stances: world.stances }, slot, after), visible, touched };
  }

  private readingsText({ state }: World, stand: Stand, what: number): string {
    return this.open
      .readingsOf(state, stand, what)
      .map(({ name, value }) => `${name} ${name === 'owner' ? this.people.nameOf(value) : value}`)
      .join(', ');
  }

  /** The worlds in which nothing is in the way of `stand`: this one, or where others have moved on unseen. */
  whenReady(world: World, slot: number, stand: Pick<Stand, 'lock' | 'awaits'>): readonly World[] {
    const isReady = ({ state }: World): boolean => this.open.obstacle(state, stand) === null;
    return isReady(world) ? [world] : this.afterOthers(world, slot, ({ world: after }) => isReady(after), 'up to it');
  }

  /** What is in the way of `stand`, in words. */
  obstacleText({ state }: World, stand: Pick<Stand, 'lock' | 'awaits'>): string {
    const obstacle = this.open.obstacle(state, stand);
    if (obstacle === null) return 'nothing';
    if (obstacle.lock === null) return obstacle.what;
    const task = this.people.taskIn(obstacle.holder);
    return `${obstacle.what}, which ${task === null ? 'nobody' : `task ${task}`} holds`;
  }

  /**
   * This world; and where the step touches what no lock protects, those in which others have come there first, which
   * their lines show later.
   */
  othersFirst(world: World, slot: number, frame: CallFrame, what: number): readonly World[] {
    const isAlone = world.stances.every((stance, other) => other === slot || stance === undefined || isIdle(stance));
    if (!this.open.isRacy || isAlone) return [world];
    const { touched } = this.open.step(world.state, slot, { program: frame.program, stand: standAt(frame) }, what);
    if (touched.reads.size + touched.writes.size === 0) return [world];
    return [world, ...this.afterOthers(world, slot, (last) => isConflict(last.touched, touched), 'and on')];
  }

  /** The worlds in which others have taken steps that need not have shown yet, the last of which `matters`. */
  private afterOthers(
    world: World,
    slot: number,
    matters: (last: Taken) => boolean,
    goes: 'up to it' | 'and on',
  ): readonly World[] {
    const known = new Set([keyOf(world)]);
    const found = new Map<string, World>();
    let edge: readonly World[] = [world];
    for (let depth = 0; edge.length > 0; depth += 1) {
      if (depth > mostForOthers || known.size > mostWorlds) {
        throw new BoundError(`others may have taken more than ${mostForOthers} steps that no line has shown`);
      }
      const next: World[] = [];
      for (const last of edge.flatMap((from) => this.unseenSteps(from, slot))) {
        const key = keyOf(last.world);
        const isIt = matters(last);
        if (isIt) found.set(key, last.world);
        if (known.has(key)) continue;
        known.add(key);
        if (!isIt || goes === 'and on') next.push(last.world);
      }
      edge = next;
    }
    return [...found.values()];
  }

  /** One step of anybody but `slot` that the run need not have shown yet. */
  private unseenSteps(world: World, slot: number): readonly Taken[] {
    return world.stances.flatMap((stance, other): readonly Taken[] => {
      const frame = stance?.frames.at(-1);
      if (other === slot || stance === undefined || stance.pending.length > 0 || frame?.kind !== 'call') return [];
      const stand = standAt(frame);
      if (this.open.obstacle(world.state, stand) !== null) return [];
      return outcomesAt(stand).flatMap((what) => {
        const taken = this.take(world, other, frame, what);
        const { world: after, visible } = taken;
        const rest = afterAnnounced(visible, stance.announced);
        if (rest === null || (rest[0] !== undefined && isBefore(rest[0]))) return [];
        return [{ ...taken, world: withStance(after, other, { ...stanceOf(after, other), pending: rest }) }];
      });
    });
  }
}
