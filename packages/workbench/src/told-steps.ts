import { type Drive, follow, type Schedule } from '@custody/explore';
import { type Knobs, modelOf, type ScriptedCall, simulate, topologyOf, twisted } from '@custody/ownership';
import { type DeviceId, evolve, initialWorld, type TraceEvent, type World } from '@custody/trace';
import type { Experiment } from './experiment.ts';

/** One step of a simulated run with all that is needed to put it in words. */
export interface ToldStep {
  /** Counted from 1. */
  readonly number: number;
  readonly task: number;
  /** Where the task stood, e.g. `use.check`. */
  readonly label: string;
  /** What the kernel chose where it may choose; null for the only thing that could happen. */
  readonly outcome: string | null;
  /** The call of its script that the task is in. */
  readonly call: ScriptedCall;
  readonly knobs: Knobs;
  readonly events: readonly TraceEvent[];
  readonly before: World;
  readonly after: World;
  /** Device → dev->driver as whoever reads it without the device_lock sees it before the step. */
  readonly shown: Readonly<Record<DeviceId, string | null>>;
  /** Where the same task stands at its next step; null when it takes none. */
  readonly next: string | null;
  /** What the ownership call that the step is in returned; null when it is in none, or does not get so far. */
  readonly result: string | null;
}

export interface ToldRun {
  readonly steps: readonly ToldStep[];
  readonly start: World;
  readonly end: World;
  readonly ending: Drive['ending'];
}

/** The word before the dot of the label at which a call begins, by its kind; where it is not the kind itself. */
const openings: Partial<Readonly<Record<ScriptedCall['kind'], readonly string[]>>> = {
  remove: ['del'],
  claim: ['ask', 'claim', 'container'],
  'claim-device': ['ask', 'claim', 'claim-device', 'container'],
  release: ['release', 'close'],
  'release-device': ['release', 'release-device', 'close'],
  'set-container': ['container'],
  'set-iommu': ['iommu'],
  'open-device': ['open'],
};

const wordOf = (label: string): string => label.slice(0, label.indexOf('.'));

const begins = ({ kind }: ScriptedCall, label: string): boolean => (openings[kind] ?? [kind]).includes(wordOf(label));

/** Which call of each task's script is under way: calls that the machine passes over never begin. */
class Calls {
  private readonly scripts: readonly (readonly ScriptedCall[])[];
  private readonly current: number[];
  private readonly returned: number[];

  constructor(scripts: readonly (readonly ScriptedCall[])[]) {
    this.scripts = scripts;
    this.current = scripts.map(() => -1);
    this.returned = scripts.map(() => -1);
  }

  /** @param returned - how many calls of the task had returned before the step. */
  at(task: number, label: string, returned: number): ScriptedCall {
    const script = this.scripts[task] ?? [];
    if (returned !== this.returned[task]) {
      const from = (this.current[task] ?? -1) + 1;
      const found = script.findIndex((call, index) => index >= from && begins(call, label));
      // A script that began again from its first call.
      this.current[task] = found >= 0 ? found : script.findIndex((call) => begins(call, label));
      this.returned[task] = returned;
    }
    const call = script[this.current[task] ?? -1];
    if (call === undefined) throw new ReferenceError(`Cannot tell which call of T${task} begins at "${label}"`);
    return call;
  }
}

/** What is visible of the devices' drivers: under late stores less than what their lock's holder knows. */
class Shown {
  drivers: Readonly<Record<DeviceId, string | null>>;
  private readonly isLate: boolean;
  private pending: { readonly task: string; readonly device: DeviceId; readonly driver: string | null }[] = [];

  constructor(start: World, isLate: boolean) {
    this.drivers = Object.fromEntries(Object.entries(start.devices).map(([id, { driver }]) => [id, driver]));
    this.isLate = isLate;
  }

  private publish(task: string): void {
    for (const { device, driver } of this.pending.filter((store) => store.task === task)) {
      this.drivers = { ...this.drivers, [device]: driver };
    }
    this.pending = this.pending.filter((store) => store.task !== task);
  }

  pass(events: readonly TraceEvent[]): void {
    for (const event of events) {
      if (event.type === 'DriverSet' || event.type === 'DriverCleared') {
        const { device } = event.data;
        const driver = event.type === 'DriverSet' ? event.data.driver : null;
        this.pending.push({ task: event.task, device, driver });
        if (!this.isLate) this.publish(event.task);
      }
      const isVisible = event.type === 'StepTaken' && event.data.outcome === 'visible';
      if (event.type === 'LockReleased' || isVisible) this.publish(event.task);
    }
  }
}

type Stepped = Omit<ToldStep, 'next' | 'result'>;

/** The errno of the ownership call that the step is inside, from where it returns; `own` are its task's, from it on. */
const resultOf = (own: readonly Stepped[]): string | null => {
  const [step] = own;
  if (step === undefined) return null;
  for (const { events } of own) {
    for (const event of events) {
      if (event.type === 'CallReturned' && event.data.op === wordOf(step.label)) return event.data.errno;
    }
  }
  return null;
};

/** How each step goes on: where its task stands next, and what the call that it is in returned. */
const goneOn = (steps: readonly Stepped[]): readonly ToldStep[] => {
  const places = Map.groupBy(steps, ({ task }) => task);
  const seen = new Map<number, number>();
  return steps.map((step) => {
    const own = places.get(step.task) ?? [];
    const at = seen.get(step.task) ?? 0;
    seen.set(step.task, at + 1);
    return { ...step, next: own[at + 1]?.label ?? null, result: resultOf(own.slice(at)) };
  });
};

/** The run that `schedule` writes down, step by step. */
export const toldSteps = ({ variant, scenario, stores }: Experiment, schedule: Schedule): ToldRun => {
  const model = modelOf(variant, scenario, stores);
  const returnedAfter: (readonly number[])[] = [];
  const { events, ending } = simulate(variant, scenario, follow(schedule), {
    stores,
    onStep: (_action, states, at) => {
      const { results } = model.outcomeAt(states, at);
      returnedAfter.push(scenario.tasks.map((_, task) => results[`T${task}`]?.length ?? 0));
    },
  });
  const byStep = Map.groupBy(events, ({ at }) => Number(at));
  const { knobs } = twisted(variant, scenario);
  const calls = new Calls(scenario.tasks);
  const start = (byStep.get(0) ?? []).reduce(evolve, initialWorld(topologyOf(variant, scenario)));
  const shown = new Shown(start, stores === 'late');
  const steps: Stepped[] = [];
  let before = start;
  for (let number = 1; number <= returnedAfter.length; number += 1) {
    const own = byStep.get(number) ?? [];
    const [taken] = own;
    if (taken?.type !== 'StepTaken') throw new TypeError(`Cannot tell step ${number} as no event says where it began`);
    const task = Number(taken.task.slice(1));
    const { label, outcome = null } = taken.data;
    const after = own.reduce(evolve, before);
    const returned = returnedAfter[number - 2]?.[task] ?? 0;
    const call = calls.at(task, label, returned);
    steps.push({ number, task, label, outcome, call, knobs, events: own, before, after, shown: shown.drivers });
    shown.pass(own);
    before = after;
  }
  return {
    steps: goneOn(steps),
    start,
    end: before,
    ending,
  };
};
