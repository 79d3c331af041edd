import { type Field, type Memory, PackedMemory } from '@custody/explore';
import type { Fact } from '@custody/trace';
import { domain, errno, outcome } from './codes.ts';
import { isCounted, walks } from './knobs.ts';
import { Machine } from './machine.ts';
import { outcomesOf } from './model-of.ts';
import { domainNamed, driverIdOf, errnoNamed, ownerNamed } from './names.ts';
import { arrivalAt, factsOfStep, Speaker, type Teller } from './narrator.ts';
import { over, type Program, type Stand } from './program.ts';
import type { DriverName, Scenario, ScriptedCall } from './scenario.ts';
import type { Variant } from './variant.ts';
import { type DeviceView, driverCode, type LockView, ownerCodeOf, type TaskView, type UserView } from './views.ts';
import { factMakers } from './write-facts.ts';

type DomainName = keyof typeof domain;

/** A state: the packed fields of the machine. */
export type PackedState = Int32Array;

/** What a task keeps of a call while another one is made inside it. */
export interface Registers {
  readonly errno: number;
  readonly seen: number;
  readonly turn: number;
}

/** A field that a step read, in words, and what stood there. */
export interface Reading {
  readonly name: string;
  readonly value: string;
}

export interface OpenStep {
  readonly state: PackedState;
  /** What it told, a sibling that a walk looked at included. */
  readonly facts: readonly Fact[];
  /** The number of the next label, or `over`. */
  readonly next: number;
  readonly marks: readonly string[];
  readonly touched: Touched;
}

/** What a step read and wrote of the fields that no lock protects. */
export interface Touched {
  readonly reads: ReadonlySet<Field>;
  readonly writes: ReadonlySet<Field>;
}
const none: Touched = { reads: new Set(), writes: new Set() };

/** One state that is read and written, and tells of both. */
class OpenMemory implements Memory {
  onChange: ((field: Field) => void) | null = null;
  onRead: ((field: Field) => void) | null = null;
  onWrite: ((field: Field) => void) | null = null;
  state: PackedState = new Int32Array(0);
  private readonly packed = new PackedMemory();

  look(state: PackedState): void {
    this.state = state;
    this.packed.look(state, 0);
  }

  get(field: Field): number {
    this.onRead?.(field);
    return this.packed.get(field);
  }

  /** As `get`, and nobody is told. */
  peek(field: Field): number {
    return this.packed.get(field);
  }

  set(field: Field, value: number): void {
    const before = this.packed.get(field);
    if (before === value) return;
    this.packed.set(field, value);
    this.onWrite?.(field);
    this.onChange?.(field);
  }
}

class OpenSpeaker extends Speaker {
  marks: string[] = [];

  override mark(name: string): void {
    if (!this.marks.includes(name)) this.marks.push(name);
  }
}

const walkLabel = 'unuse.walk-';

/**
 * A variant over a group whose tasks call what they are told to, when they are told to: for runs that follow no script.
 * The steps are those of every other machine.
 *
 * `scenario` says how the group stands at the start; it has as many tasks as can be inside calls at one time, and its
 * scripts, which nobody follows, name the kinds of call there are and the users.
 */
export class OpenMachine {
  readonly machine: Machine;
  private readonly memory = new OpenMemory();
  private readonly speaker = new OpenSpeaker();
  private readonly teller: Teller;
  private readonly fieldNames: ReadonlyMap<Field, string>;
  /** Fields that tasks read without the lock under which they are written; null where the scheme has no such reader. */
  private readonly racy: ReadonlySet<Field> | null;
  private touched: Touched = none;

  constructor(variant: Variant, scenario: Scenario) {
    const { memory, speaker } = this;
    this.machine = new Machine(variant, scenario, memory, speaker);
    this.teller = { machine: this.machine, memory, speaker, makers: factMakers(this.machine) };
    this.fieldNames = fieldNamesOf(this.machine);
    this.racy = racyFieldsOf(this.machine);
  }

  /** Does the scheme read what another task may be writing? */
  get isRacy(): boolean {
    return this.racy !== null;
  }

  private noteTouches(racy: ReadonlySet<Field>): void {
    const { memory } = this;
    const reads = new Set<Field>();
    const writes = new Set<Field>();
    this.touched = { reads, writes };
    memory.onRead = (field) => {
      if (racy.has(field)) reads.add(field);
    };
    memory.onWrite = (field) => {
      if (racy.has(field)) writes.add(field);
    };
  }

  begin(): PackedState {
    const state = new Int32Array(this.machine.fields.words);
    this.memory.look(state);
    this.machine.begin();
    return state;
  }

  /** What `ask` answers about `state`; the views of the machine look at it meanwhile. */
  at<Answer>(state: PackedState, ask: (machine: Machine) => Answer): Answer {
    this.memory.look(state);
    return ask(this.machine);
  }

  /** A copy of `state` that `change` has changed. */
  changed(state: PackedState, change: (machine: Machine) => void): PackedState {
    const copy = state.slice();
    this.memory.look(copy);
    change(this.machine);
    return copy;
  }

  programFor(task: number, call: ScriptedCall): Program {
    return this.machine.programFor(task, call);
  }

  /** What is told as `task` comes to the beginning of a call. */
  arrival(state: PackedState, stand: Stand): readonly Fact[] {
    this.memory.look(state);
    return arrivalAt(this.machine, stand, true);
  }

  registers(state: PackedState, task: number): Registers {
    return this.at(state, () => {
      const { errno: code, seen, turn } = this.taskView(task);
      return { errno: code, seen, turn };
    });
  }

  setRegisters(state: PackedState, task: number, { errno: code, seen, turn }: Registers): PackedState {
    return this.changed(state, () => {
      const view = this.taskView(task);
      view.errno = code;
      view.seen = seen;
      view.turn = turn;
    });
  }

  /** `task`, which waits for nothing, takes its step at `stand` of `program`. `state` stays as it is. */
  step(
    state: PackedState,
    task: number,
    { program, stand }: { program: Program; stand: Stand },
    what: number,
  ): OpenStep {
    const { memory, speaker, teller } = this;
    const copy = state.slice();
    memory.look(copy);
    speaker.marks = [];
    const view = this.taskView(task);
    const sibling = stand.label.startsWith(walkLabel) ? this.siblingAt(stand) : null;
    const seen = sibling === null ? null : sibling.shownDriver;
    let next: number = over;
    this.touched = none;
    if (this.racy !== null) this.noteTouches(this.racy);
    const facts = factsOfStep(teller, { task: view, stand, outcome: what }, () => {
      next = stand.run(what);
      return next === over ? { returned: view.errno, after: null } : { returned: -1, after: program[next] ?? null };
    });
    memory.onRead = null;
    const { touched } = this;
    const { marks } = speaker;
    if (sibling === null || seen === null) return { state: copy, facts, next, marks, touched };
    const keeps = program[next]?.label.startsWith('unuse.unlock') === true;
    const look: Fact = { type: 'SiblingSeen', data: { device: sibling.id, driver: driverIdOf(seen), keeps } };
    return { state: copy, facts: [look, ...facts], next, marks, touched };
  }

  /** What the step at `stand` reads, beside where its own task stands: what its guards are made of. */
  readingsOf(state: PackedState, stand: Stand, what: number): readonly Reading[] {
    const { memory } = this;
    const fields = new Map<Field, number>();
    memory.look(state.slice());
    memory.onRead = (field) => {
      if (this.fieldNames.has(field) && !fields.has(field)) fields.set(field, memory.peek(field));
    };
    stand.run(what);
    memory.onRead = null;
    // What a step asks about other devices only to judge it, for a property or a case, is none of its guards.
    const about = 'device' in stand.call ? stand.call.device : '';
    return [...fields].flatMap(([field, value]) => {
      const name = this.fieldNames.get(field) as string;
      const device = this.machine.views.devices.find(({ id }) => name.startsWith(`${id} `))?.id;
      const isGuard = device === undefined || device === about || stand.label.includes(device);
      return isGuard ? [{ name, value: this.valueNamed(field, value) }] : [];
    });
  }

  /** The task in whose hands the lock is, or that the step waits for otherwise; null when nothing is in its way. */
  obstacle(state: PackedState, { lock, awaits }: Pick<Stand, 'lock' | 'awaits'>): Obstacle | null {
    this.memory.look(state);
    if (lock !== null) return lock.holder < 0 ? null : { lock, holder: lock.holder, what: lock.id };
    if (awaits === null || awaits.isReady()) return null;
    return { lock: null, holder: awaits.from(), what: awaits.what };
  }

  ownership(state: PackedState): Ownership {
    return this.at(state, ({ views }) => ({
      owner: ownerNamed(views, views.group.owner),
      count: views.group.ownerCount,
      domain: domainNamed(views.group.domain),
      isDefault: views.group.domain === views.group.defaultDomain,
    }));
  }

  /**
   * `state`, with the group owned by a user who had claimed it once; no driver of the DMA API has a claim then.
   *
   * @param through - the driver that the owner is named by, or null where it is named by its cookie.
   */
  owned(state: PackedState, user: number, attached: DomainName, through: DriverName | null = null): PackedState {
    return this.changed(this.translated(state, attached), ({ views, knobs }) => {
      const owner = views.users[user] as UserView;
      owner.claims = 1;
      views.group.owner = ownerCodeOf(views, knobs.ownerId, owner.cookie, driverCode(through));
      if (isCounted(knobs)) views.group.ownerCount = 1;
      for (const device of views.devices) {
        device.holds = false;
        device.remembers = false;
      }
    });
  }

  /** `state`, with the group in a container of the user's, with an IOMMU. */
  contained(state: PackedState, user: number): PackedState {
    return this.changed(this.translated(state, 'user'), ({ views: { group } }) => {
      group.container = user + 1;
      group.iommuSet = true;
    });
  }

  /** `state`, with every device of the group translated through this domain. */
  translated(state: PackedState, attached: DomainName): PackedState {
    return this.changed(state, ({ views: { group, devices } }) => {
      group.domain = domain[attached];
      if (attached === 'detached') group.defaultDomain = domain.detached;
      if (attached === 'identity') group.defaultDomain = domain.identity;
      for (const device of devices) device.hardware = domain[attached];
    });
  }

  /** Whether the user owns the group, has claimed it, or has it in a container. */
  concerns(state: PackedState, user: number): boolean {
    return this.at(state, ({ views: { group, users } }) => {
      const { cookie, owns } = users[user] as UserView;
      return owns || group.owner === cookie || group.container === user + 1;
    });
  }

  /** Which user owns the group by its cookie; null when none does. */
  ownerNumber(state: PackedState): number | null {
    return this.at(state, ({ views: { group, users } }) => {
      const number = users.findIndex(({ cookie }) => cookie === group.owner);
      return number < 0 ? null : number;
    });
  }

  /** Which user has the group in a container; null when none has. */
  containerUser(state: PackedState): number | null {
    return this.at(state, ({ views: { group } }) => (group.container === 0 ? null : group.container - 1));
  }

  errnoOf(state: PackedState, task: number): string {
    return this.at(state, () => errnoNamed(this.taskView(task).errno));
  }

  private siblingAt({ label }: Stand): DeviceView | null {
    const named = label.slice(walkLabel.length);
    return this.machine.views.devices.find(({ id }) => named === id || named.startsWith(`${id}-`)) ?? null;
  }

  private taskView(task: number): TaskView {
    return this.machine.views.tasks[task] as TaskView;
  }

  private valueNamed(field: Field, value: number): string {
    const { fields, views } = this.machine;
    if (field === fields.group.owner) return ownerNamed(views, value) ?? 'NULL';
    if (field === fields.group.domain || field === fields.group.defaultDomain) return domainNamed(value);
    if (fields.devices.some(({ driver, shown }) => driver === field || shown === field))
      return driverIdOf(value) ?? 'NULL';
    return String(value);
  }
}

interface Obstacle {
  readonly lock: LockView | null;
  /** A task's number, or -1 for nobody in particular. */
  readonly holder: number;
  readonly what: string;
}

interface Ownership {
  readonly owner: string | null;
  readonly count: number;
  readonly domain: string;
  /** The domain is the group's default one. */
  readonly isDefault: boolean;
}

/** dev->driver, which a walk and VFIO's look read without its device_lock; and VFIO's own. */
const racyFieldsOf = ({ fields, knobs }: Machine): ReadonlySet<Field> | null => {
  const isWalk = walks(knobs) && knobs.walkReads === 'unlocked';
  if (!isWalk && knobs.userGuard !== 'viability') return null;
  return new Set([
    fields.group.container,
    fields.group.iommuSet,
    ...fields.devices.flatMap(({ driver, open }) => [driver, open]),
  ]);
};

/** What the fields are called in the kernel that guards are made of. */
const fieldNamesOf = ({ fields, views }: Machine): ReadonlyMap<Field, string> =>
  new Map<Field, string>(
    [
      [fields.group.owner, 'owner'],
      [fields.group.ownerCount, 'owner_cnt'],
      [fields.group.domain, 'domain'],
      [fields.group.defaultDomain, 'default_domain'],
      [fields.group.container, 'container'],
      ...fields.devices.flatMap((device, index): [Field, string][] => {
        const id = views.devices[index]?.id ?? `device ${index}`;
        return [
          [device.driver, `${id} driver`],
          [device.remembers, `${id} claimed`],
        ];
      }),
    ].filter(([field]) => (field as Field).mask !== 0) as [Field, string][],
  );

/** What may happen at a step. */
export const outcomesAt = ({ chance }: Stand): readonly number[] => outcomesOf[chance];
/** The registers of a task that begins a call. */
export const freshRegisters: Registers = { errno: errno.OK, seen: 0, turn: 0 };
export const usualOutcome: number = outcome.ok;
