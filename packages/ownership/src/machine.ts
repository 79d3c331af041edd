import { domain, errno, nobody, stage } from './codes.ts';
import { type Fields, fieldsOf, type TaskFields } from './fields.ts';
import type { Memory } from './layout.ts';
import { labelCount, over, type Program, programOf, type Stand } from './program.ts';
import { drivers, type Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';
import { driverCode, type Views, viewsOf } from './views.ts';

const layOut = (variant: Variant, scenario: Scenario): Fields =>
  fieldsOf(
    scenario,
    scenario.tasks.map((script) => Math.max(1, ...script.map((call) => labelCount(variant, call)))),
  );

/**
 * A variant and a scenario over one memory: who stands where, and what moving does. The explorer and the narrator run
 * the same machine over different memories, so a step means one thing.
 */
export class Machine {
  readonly fields: Fields;
  readonly views: Views;
  private readonly variant: Variant;
  private readonly scenario: Scenario;
  private readonly memory: Memory;
  /** By task, then by call. */
  private readonly programs: readonly (readonly Program[])[];

  constructor(variant: Variant, scenario: Scenario, memory: Memory) {
    this.variant = variant;
    this.scenario = scenario;
    this.memory = memory;
    this.fields = layOut(variant, scenario);
    this.views = viewsOf(scenario, this.fields, memory);
    this.programs = this.views.tasks.map((task) =>
      (scenario.tasks[task.number] ?? []).map((call) => programOf(variant, call, task, this.views)),
    );
  }

  /** Writes how things stand at the start; the memory must be all zero. */
  begin(): void {
    const { group, devices, users } = this.views;
    let holders = 0;
    for (const device of devices) {
      const driver = this.scenario.devices[device.id] ?? null;
      if (driver === null) continue;
      device.driver = driverCode(driver);
      device.stage = stage.bound;
      device.holds = !drivers[driver].managed;
      if (device.holds) holders += 1;
    }
    const user = users.find(({ name }) => name === this.scenario.owner);
    const { owner, ownerCount } = this.variant.atRest(holders, user?.cookie ?? nobody);
    group.owner = owner;
    group.ownerCount = ownerCount;
    if (user === undefined) return;
    user.owns = true;
    group.domain = domain.blocking;
  }

  /** Where `task` stands, or null when it has finished. */
  standOf(task: number): Stand | null {
    const { call, label } = this.fields.tasks[task] as TaskFields;
    const programs = this.programs[task] as readonly Program[];
    const index = this.memory.get(call);
    return index === programs.length ? null : ((programs[index] as Program)[this.memory.get(label)] as Stand);
  }

  /** Lets `task`, which stands at `stand` and whose lock is free, take its step. */
  move(task: number, stand: Stand, fails: boolean): void {
    const next = stand.run(fails);
    const fields = this.fields.tasks[task] as TaskFields;
    if (next === over) this.finishCall(fields, stand);
    else this.memory.set(fields.label, next);
  }

  /** How many calls `task` has finished. */
  callOf(task: number): number {
    return this.memory.get((this.fields.tasks[task] as TaskFields).call);
  }

  /** No task is inside a call: each has finished or stands at an entry. */
  isQuiet(): boolean {
    for (const { label } of this.fields.tasks) if (this.memory.get(label) !== 0) return false;
    return true;
  }

  /** Every task has finished and no lock is held: who came next would wait for ever. */
  isDone(): boolean {
    const { group, devices } = this.views;
    if (group.mutex.holder >= 0 || devices.some(({ lock }) => lock.holder >= 0)) return false;
    for (const { call, results } of this.fields.tasks) if (this.memory.get(call) !== results.length) return false;
    return true;
  }

  /** The errno codes of the calls of `task` that returned. */
  resultsOf(task: number): readonly number[] {
    const { results } = this.fields.tasks[task] as TaskFields;
    return results.map((result) => this.memory.get(result) - 1).filter((code) => code >= 0);
  }

  /** Keeps the result and goes to the next call; a user whose claim is refused gives up. */
  private finishCall({ call, label, errno: register, results }: TaskFields, stand: Stand): void {
    const { memory } = this;
    const index = memory.get(call);
    const code = memory.get(register);
    const givesUp = stand.call.kind === 'claim' && code !== errno.OK;
    const result = results[index];
    if (result !== undefined) memory.set(result, code + 1);
    memory.set(register, errno.OK);
    memory.set(label, 0);
    memory.set(call, givesUp ? results.length : index + 1);
  }
}
