import type { Field, Memory } from '@custody/explore';
import { dmaApi, domain, errno, nobody, presence, stage } from './codes.ts';
import { type Fields, fieldsOf, mayBePassedOver, type TaskFields } from './fields.ts';
import { isCounted, type Knobs } from './knobs.ts';
import type { Place, Voice } from './operation.ts';
import { over, type Program, programOf, type Stand } from './program.ts';
import { drivers, type Scenario, type ScriptedCall } from './scenario.ts';
import { twisted, type Variant } from './variant.ts';
import { driverCode, type LockView, ownerCodeOf, type TaskView, type UserView, type Views, viewsOf } from './views.ts';

/** When a store to dev->driver is visible to other CPUs: at once, or up to the storing task's next unlock. */
export type Stores = 'sc' | 'late';

/** What a call is about that a user must have got before; it is passed over when the user has not. */
const needOf = ({ group, users }: Views, call: ScriptedCall): (() => boolean) | null => {
  if (!mayBePassedOver(call) || !('owner' in call)) return null;
  const number = users.findIndex(({ name }) => name === call.owner);
  const user = users[number] as UserView;
  switch (call.kind) {
    case 'release':
    case 'release-device':
    case 'attach-group':
    case 'detach-group':
      return () => user.owns;
    default:
      return () => group.container === number + 1;
  }
};

/**
 * A variant and a scenario over one memory: who stands where, and what moving does. The explorer and the narrator run
 * the same machine over different memories, so a step means one thing.
 */
export class Machine {
  readonly fields: Fields;
  readonly views: Views;
  readonly knobs: Knobs;
  readonly isLate: boolean;
  private readonly variant: Variant;
  private readonly scenario: Scenario;
  private readonly memory: Memory;
  private readonly voice: Voice;
  private readonly locks: readonly LockView[];
  /** By task: the locks that it ever takes. */
  private readonly ownLocks: readonly (readonly LockView[])[];
  /** By task. */
  private readonly programs: readonly Program[];
  /** The tasks that ever ask for the group's mutex to claim the group. */
  private readonly claimers: readonly number[];
  /** By task, then by call: the number of its entry; the last is that of having finished. */
  private readonly entries: readonly (readonly number[])[];
  private readonly needs: readonly (readonly ((() => boolean) | null)[])[];

  constructor(given: Variant, scenario: Scenario, memory: Memory, voice: Voice, stores: Stores = 'sc') {
    const variant = twisted(given, scenario);
    this.variant = variant;
    this.knobs = variant.knobs;
    this.isLate = stores === 'late';
    this.scenario = scenario;
    this.memory = memory;
    this.voice = voice;
    const programsOver = (over: Views): Machine['programs'] =>
      over.tasks.map((task) => programOf(variant, scenario.tasks[task.number] ?? [], this.placeOf(over, task)));
    /** How many labels there must be room for is known when the steps have been told once, over any fields. */
    const draft = viewsOf(
      scenario,
      fieldsOf(this.knobs, scenario, this.isLate, () => 1),
      memory,
    );
    const labels = programsOver(draft).map(({ length }) => length);
    this.fields = fieldsOf(this.knobs, scenario, this.isLate, (task) => labels[task] as number);
    const views = viewsOf(scenario, this.fields, memory);
    this.views = views;
    const { group, devices } = views;
    this.locks = [
      ...devices.map(({ lock }) => lock),
      group.vfioLock,
      group.containerLock,
      group.probeLock,
      group.mutex,
    ];
    this.programs = programsOver(views);
    this.claimers = views.tasks
      .map(({ number }) => number)
      .filter((number) => (this.programs[number] as Program).some((stand) => this.isWaitingClaim(stand)));
    this.ownLocks = this.programs.map((program) => [...new Set(program.flatMap(({ lock }) => lock ?? []))]);
    this.entries = this.programs.map((program) => [...new Set(program.map(({ entry }) => entry)), program.length]);
    this.needs = scenario.tasks.map((script) => script.map((call) => needOf(views, call)));
  }

  private placeOf(over: Views, task: TaskView): Place {
    const { knobs, scenario, isLate, voice } = this;
    return { ...over, knobs, scenario, isLate, voice, task, hasWaitingClaim: () => this.hasWaitingClaim(task.number) };
  }

  /** What `task` does that makes `call`, which need not be in its script. */
  programFor(task: number, call: ScriptedCall): Program {
    return programOf(this.variant, [call], this.placeOf(this.views, this.views.tasks[task] as TaskView));
  }

  /** Writes how things stand at the start; the memory must be all zero. */
  begin(): void {
    const { group, devices, users } = this.views;
    const { scenario } = this;
    let holders = scenario.leftOver ?? 0;
    for (const device of devices) {
      const outside = scenario.outside?.[device.id];
      if (outside !== undefined) device.presence = presence[outside];
      const driver = scenario.devices[device.id] ?? null;
      if (driver === null) continue;
      device.driver = driverCode(driver);
      device.publish();
      device.stage = stage.bound;
      if (drivers[driver].managed || this.knobs.claimRecord === 'none') continue;
      device.holds = true;
      device.remembers = true;
      holders += 1;
    }
    const number = users.findIndex(({ name }) => name === scenario.owner);
    this.beginOwnership(holders, users[number]);
    this.beginDomain(users[number]);
    if (users[number] !== undefined && (this.knobs.userGuard === 'viability' || scenario.open !== undefined)) {
      group.container = number + 1;
      group.iommuSet = true;
      for (const device of devices) if (scenario.open?.includes(device.id)) device.isOpen = true;
    }
  }

  private beginOwnership(holders: number, user: UserView | undefined): void {
    const { group } = this.views;
    const { claimRecord, ownerId } = this.knobs;
    const counts = isCounted(this.knobs);
    if (user !== undefined) {
      user.claims = 1;
      if (claimRecord === 'none') return;
      group.owner = ownerCodeOf(this.views, ownerId, user.cookie, user.through.driver);
      if (counts) group.ownerCount = 1;
      return;
    }
    if (counts) group.ownerCount = holders;
    else if (claimRecord === 'token') group.owner = holders > 0 ? dmaApi : nobody;
  }

  private beginDomain(user: UserView | undefined): void {
    const { group, devices } = this.views;
    const { scenario, knobs } = this;
    const attach = (code: number): void => {
      group.domain = code;
      for (const device of devices) device.hardware = code;
    };
    if (scenario.domain !== undefined) attach(domain[scenario.domain]);
    if (scenario.domain === 'detached') group.defaultDomain = domain.detached;
    if (user === undefined) return;
    if (knobs.userGuard === 'viability' || scenario.open !== undefined) attach(domain.user);
    else if (knobs.domainOnClaim === 'blocking') attach(domain.blocking);
    else if (knobs.domainOnClaim === 'detached') group.domain = domain.detached;
  }

  get lockFields(): readonly Field[] {
    const { group, devices } = this.fields;
    return [group.mutex, group.probeLock, group.vfioLock, group.containerLock, ...devices.map(({ lock }) => lock)];
  }

  /** Where `task` stands, or null when it has finished. */
  standOf(task: number): Stand | null {
    const { at } = this.fields.tasks[task] as TaskFields;
    return (this.programs[task] as Program)[this.memory.get(at)] ?? null;
  }

  /**
   * Lets `task`, which stands at `stand` and waits for nothing, take its step.
   *
   * @returns the errno code of its call when that returned, -1 when it goes on.
   */
  move(task: number, stand: Stand, outcome: number): number {
    const next = stand.run(outcome);
    const fields = this.fields.tasks[task] as TaskFields;
    if (next === over) return this.finishCall(task, stand, fields);
    this.standAt(fields, stand, stand.entry + next, next !== 0);
    this.checkOrder(task);
    this.queue(task);
    return -1;
  }

  /** Goes on from `stand`. What does not change is not written either: it would look like something others must mind. */
  private standAt({ at, busy }: TaskFields, stand: Stand, number: number, isInside: boolean): void {
    this.memory.set(at, number);
    if (isInside !== stand.isInside) this.memory.set(busy, isInside ? 1 : 0);
  }

  /** Looks only at tasks that ever claim: where the others stand must not seem to matter. */
  private hasWaitingClaim(besides: number): boolean {
    for (const number of this.claimers) {
      if (number === besides) continue;
      const stand = this.standOf(number);
      if (stand !== null && this.isWaitingClaim(stand)) return true;
    }
    return false;
  }

  private isWaitingClaim({ lock, inside }: Stand): boolean {
    return lock === this.views.group.mutex && inside?.startsWith('claim') === true;
  }

  /** A store to dev->driver that is not visible yet, by `task`. */
  hasLateStore(task: number): boolean {
    for (const device of this.views.devices) if (device.isLate && device.lock.holder === task) return true;
    return false;
  }

  /** Makes visible what `task` stored; it does not move. */
  publish(task: number): void {
    for (const device of this.views.devices) if (device.lock.holder === task) device.publish();
  }

  /** What is 0 when nobody is inside the group's mutex, and when no task is inside a call. */
  get fieldsOfUnrest(): Readonly<Record<'settled' | 'quiet', readonly Field[]>> {
    return { settled: [this.fields.group.mutex], quiet: this.fields.tasks.map(({ busy }) => busy) };
  }

  /** Every task has finished, or is a worker with nothing to do, and no lock is held; or a BUG stopped the machine. */
  isDone(): boolean {
    if (this.isStopped) return true;
    for (const lock of this.locks) if (lock.holder >= 0) return false;
    for (const { number } of this.views.tasks) if (!this.isFinished(number)) return false;
    return true;
  }

  /** A BUG: nobody moves any more. */
  get isStopped(): boolean {
    return this.views.group.bug;
  }

  isFinished(task: number): boolean {
    if (this.isStopped) return true;
    const stand = this.standOf(task);
    return stand === null || (stand.awaits?.isIdle === true && !stand.awaits.isReady());
  }

  /** The errno codes of the calls of `task` that returned; a call that was passed over has none. */
  resultsOf(task: number): readonly number[] {
    const { memory } = this;
    const { at, errno: register, results } = this.fields.tasks[task] as TaskFields;
    const hasFinished = memory.get(at) === (this.programs[task] as Program).length;
    return results
      .map((result, turn) => {
        const isInRegister = result.mask === 0 && turn === results.length - 1 && hasFinished;
        return isInRegister ? memory.get(register) : memory.get(result) - 1;
      })
      .filter((code) => code >= 0);
  }

  /** Keeps the result and goes to the next call whose needs are met. */
  private finishCall(task: number, stand: Stand, fields: TaskFields): number {
    const { memory } = this;
    const { turn } = stand;
    const { errno: register, results } = fields;
    const code = memory.get(register);
    const isForever = this.scenario.forever?.includes(task) === true;
    const result = results[turn] as Field;
    if (result.mask !== 0) memory.set(result, code + 1);
    if (result.mask !== 0 || isForever) memory.set(register, errno.OK);
    const needs = this.needs[task] as Machine['needs'][number];
    let next = turn + 1;
    while (next < results.length && needs[next]?.() === false) next += 1;
    const entries = this.entries[task] as Machine['entries'][number];
    this.standAt(fields, stand, entries[isForever && next === results.length ? 0 : next] as number, false);
    return code;
  }

  /** Notes that the task asks for the group's mutex after a claim that waits for it. */
  private queue(task: number): void {
    if (this.scenario.forever === undefined || this.standOf(task)?.lock !== this.views.group.mutex) return;
    (this.views.tasks[task] as TaskView).isBehind = this.hasWaitingClaim(task);
  }

  /**
   * Marks a lock that is asked for while one is held that must come after it (I10). Whether who asks for the group's
   * mutex has it already is not asked: all would seem to look at it all the time, and it is a deadlock, told as that.
   */
  private checkOrder(task: number): void {
    const wanted = this.standOf(task)?.lock;
    if (!wanted) return;
    const { mutex } = this.views.group;
    for (const lock of this.ownLocks[task] as readonly LockView[]) {
      if (lock === mutex && wanted === mutex) continue;
      if (lock.rank >= wanted.rank && lock.holder === task) this.voice.mark('I10');
    }
  }

  /** Where `task` can stand: what its field `at` counts through. */
  standsOf(task: number): Program {
    return this.programs[task] as Program;
  }

  /** The locks, outermost first. */
  get allLocks(): readonly LockView[] {
    return this.locks;
  }
}
