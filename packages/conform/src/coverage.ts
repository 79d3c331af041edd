import { caseOfMark, cases } from '@custody/ownership';
import type { TraceEvent } from '@custody/trace';
import type { Trail } from './world.ts';

/** What of the model a run has been through. */
export interface Coverage {
  /** Label, and outcome where the kernel may choose, e.g. `use.check` and `bind.probe fail` → how often. */
  readonly steps: Readonly<Record<string, number>>;
  /** Case → how often it was met, and whether what was done there is what it expects, every time. */
  readonly cases: Readonly<Record<string, CaseMet>>;
  /** Call, bind or unbind and its errno, e.g. `claim EPERM` → how often. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface CaseMet {
  readonly met: number;
  readonly holds: boolean;
  /** The position by which it was met first; where it was not done as is expected, first of those. */
  readonly at: number;
}

const perDevice =
  /^(unuse\.[a-z]+|leave\.clear|open\.look|store-type\.(?:device-lock|device-unlock|relock|switch))-.*$/;

/** A step's label without the device that it is about and without its place in its operation: `unuse.walk-A` → `unuse.walk`. */
export const stepName = (label: string): string => {
  const [, name] = perDevice.exec(label) ?? [];
  return name ?? label.replace(/^(store-type\.unlock)-.*$/, '$1');
};

const plusOne = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const sorted = <Value>(entries: Iterable<readonly [string, Value]>): Readonly<Record<string, Value>> =>
  Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));

/** Counts what the worlds of a run went through. */
export class Tally {
  taken = 0;
  hidden = 0;
  private readonly steps = new Map<string, number>();
  private readonly cases = new Map<string, CaseMet>();
  private readonly outcomes = new Map<string, number>();

  /** @param at - how many events the run has shown by then. */
  take(trail: Trail | null, at: number): void {
    for (let one = trail; one !== null; one = one.before) {
      this.taken += 1;
      if (one.isHidden) this.hidden += 1;
      const name = stepName(one.label);
      plusOne(this.steps, one.outcome === null || one.outcome === 'ok' ? name : `${name} ${one.outcome}`);
      this.meet(one.marks, at);
    }
  }

  /** A case that is met and not done as expected has a mark for each. */
  private meet(marks: readonly string[], at: number): void {
    for (const mark of marks) {
      const found = caseOfMark(mark);
      if (found === null) continue;
      const id = found.id ?? found.says;
      const known = this.cases.get(id) ?? { met: 0, holds: true, at };
      this.cases.set(id, {
        met: known.met + (found.isExpected ? 1 : 0),
        holds: known.holds && found.isExpected,
        at: known.holds && !found.isExpected ? at : known.at,
      });
    }
  }

  end(event: TraceEvent): void {
    if (event.type === 'CallReturned') plusOne(this.outcomes, `${event.data.op} ${event.data.errno}`);
    else if (event.type === 'BindReturned') plusOne(this.outcomes, `bind ${event.data.errno}`);
    else if (event.type === 'UnbindReturned') plusOne(this.outcomes, 'unbind OK');
  }

  get coverage(): Coverage {
    const known = cases.map(({ id }) => id).filter((id) => this.cases.has(id));
    const others = [...this.cases.keys()].filter((id) => !known.includes(id));
    return {
      steps: sorted(this.steps),
      cases: Object.fromEntries([...known, ...others].map((id) => [id, this.cases.get(id) as CaseMet])),
      outcomes: sorted(this.outcomes),
    };
  }
}

/** What several runs have been through together. */
export const coverageOf = (all: readonly Coverage[]): Coverage => {
  const sum = (part: 'steps' | 'outcomes'): Readonly<Record<string, number>> => {
    const counts = new Map<string, number>();
    for (const one of all) {
      for (const [key, count] of Object.entries(one[part])) counts.set(key, (counts.get(key) ?? 0) + count);
    }
    return sorted(counts);
  };
  const met = new Map<string, CaseMet>();
  for (const { cases: own } of all) {
    for (const [id, one] of Object.entries(own)) {
      const known = met.get(id);
      met.set(id, known === undefined ? one : { ...known, met: known.met + one.met, holds: known.holds && one.holds });
    }
  }
  const ids = [...cases.map(({ id }) => id).filter((id) => met.has(id))];
  const others = [...met.keys()].filter((id) => !ids.includes(id));
  return {
    steps: sum('steps'),
    cases: Object.fromEntries([...ids, ...others].map((id) => [id, met.get(id) as CaseMet])),
    outcomes: sum('outcomes'),
  };
};
