import type { Behaviour, Footprint, TaskBehaviour } from './behaviour.ts';
import { type Field, read } from './layout.ts';
import type { Property } from './property.ts';
import { closedUnder, likeFields } from './symmetric-behaviour.ts';
import type { Interchangeable } from './symmetry.ts';

type Numbers = ReadonlySet<number>;

/** What a task, or someone who looks on, may touch from now on, and under which locks it does so at least. */
interface Touch {
  readonly field: number;
  readonly writes: boolean;
  /** Held whenever this is done. */
  readonly under: Numbers;
}

/** A place of a task, with all that follows from it. */
interface Place {
  readonly touches: readonly Touch[];
  /** Locks that the task holds there, whichever way it came. */
  readonly held: Numbers;
  readonly nexts: Numbers;
  /** It may be the only one to move here, as far as the task itself is concerned. */
  readonly isCandidate: boolean;
  /** Everything it may ever do from here on; null when it may come where nobody has been. */
  readonly future: readonly Touch[] | null;
}

const meet = (left: Numbers, right: Numbers): Numbers => left.intersection(right);

/** What is held after a step, by what was held before. */
const after = (held: Numbers, { takes, drops }: Footprint): Numbers => held.union(takes).difference(drops);

/** The locks held at each place whichever way it was reached. */
const locksHeld = ({ start, steps }: TaskBehaviour): ReadonlyMap<number, Numbers> => {
  const held = new Map<number, Numbers>([[start, new Set()]]);
  const open = [start];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    for (const step of steps.get(place) ?? []) {
      if (step.next === null) continue;
      const before = held.get(step.next);
      const now = after(held.get(place) as Numbers, step);
      const least = before === undefined ? now : meet(before, now);
      if (before !== undefined && least.size === before.size) continue;
      held.set(step.next, least);
      open.push(step.next);
    }
  }
  return held;
};

/** Places from which a step leads back to where the task came from: on every loop there is one. */
const backSteps = ({ start, steps }: TaskBehaviour): Numbers => {
  const found = new Set<number>();
  const done = new Set<number>();
  const way: { place: number; nexts: number[] }[] = [];
  const enter = (place: number): void => {
    // In the same order for all that are alike, whichever of them was seen to do what.
    const nexts = new Set((steps.get(place) ?? []).flatMap(({ next }) => (next === null ? [] : [next])));
    way.push({ place, nexts: [...nexts].sort((left, right) => left - right) });
  };
  enter(start);
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const next = top.nexts.pop();
    if (next === undefined) {
      done.add(top.place);
      way.pop();
    } else if (way.some(({ place }) => place === next)) found.add(top.place);
    else if (!done.has(next)) enter(next);
  }
  return found;
};

/** Of touches of one field, those that no other says more strictly of. */
const distinct = (touches: readonly Touch[]): readonly Touch[] => [
  ...new Map(touches.map((touch) => [keyOf(touch), touch] as const)).values(),
];

const placesOf = (task: TaskBehaviour, locks: Numbers): ReadonlyMap<number, Place> => {
  const held = locksHeld(task);
  const back = backSteps(task);
  const touchesAt = new Map<number, readonly Touch[]>();
  for (const [place, footprints] of task.steps) {
    const touches = footprints.flatMap(({ reads, writes, takes }): Touch[] => {
      // Whoever takes a lock and looks behind it in one step has looked under the lock.
      const under = (held.get(place) ?? new Set<number>()).union(takes);
      return [...reads.union(writes)].map((field) => ({
        field,
        writes: writes.has(field),
        // A lock protects no lock's own field from those who want it.
        under: locks.has(field) ? under.difference(new Set([field])) : under,
      }));
    });
    touchesAt.set(place, distinct(touches));
  }
  const futureOf = (from: number): Place['future'] => {
    const seen = new Set<number>([from]);
    for (const place of seen) {
      for (const { next } of task.steps.get(place) ?? []) if (next !== null) seen.add(next);
    }
    const touches = [...seen].map((place) => touchesAt.get(place));
    return touches.includes(undefined) ? null : distinct(touches.flatMap((own) => own ?? []));
  };
  return new Map(
    [...task.steps.keys()].map((place): [number, Place] => [
      place,
      {
        touches: touchesAt.get(place) ?? [],
        held: held.get(place) ?? new Set(),
        nexts: new Set((task.steps.get(place) ?? []).flatMap(({ next }) => (next === null ? [] : [next]))),
        isCandidate: !back.has(place) && (task.steps.get(place) ?? []).some(({ next }) => next !== null),
        future: futureOf(place),
      },
    ]),
  );
};

/** Can two touch the same, one of them writing, without a lock that the first holds keeping the second out? */
const conflict = (own: readonly Touch[], held: Numbers, other: readonly Touch[]): boolean =>
  own.some((mine) =>
    other.some(
      (theirs) => mine.field === theirs.field && (mine.writes || theirs.writes) && meet(theirs.under, held).size === 0,
    ),
  );

/**
 * A property looks at what it reads, at any time at which nobody is inside what it waits for.
 *
 * @param like - by field: those of the others that are alike, of which it may see one in the place of another.
 */
const touchesOfProperty = (
  { reads, unless = [] }: Property,
  fields: readonly Field[],
  like: readonly (readonly number[])[],
): readonly Touch[] => {
  const guards = new Set(unless.map((field) => fields.indexOf(field)).filter((number) => number >= 0));
  const isSeen = ({ word, shift, mask }: Field): boolean =>
    reads === undefined || ((reads[word] as number) & (mask << shift)) !== 0;
  const seen = fields.map(isSeen);
  return fields.flatMap((_, field): Touch[] => {
    const isRead = like[field]?.some((other) => seen[other] === true) === true;
    if (guards.has(field)) return [{ field, writes: false, under: new Set() }];
    return isRead ? [{ field, writes: false, under: guards }] : [];
  });
};

/** Nobody has asked yet. */
const open = 0;
const free = 1;
const taken = 2;

/**
 * Ample sets (Clarke, Grumberg, Minea, Peled: "State space reduction using partial order techniques", 1999): where a
 * task's next step touches nothing that another task, in all that it may still do, could touch before, and nothing that
 * a property looks at, it is enough to let that task move: whatever the others do can be done as well afterwards.
 *
 * What counts as touching: reading what the other writes, or writing what it reads or writes; but not what is only ever
 * touched under a lock that the task holds. A property is one who looks on, and who takes what it waits for as locks. A
 * loop of such steps cannot put the others off for ever, as no step back is among them.
 *
 * Deadlocks, standstills, final states, the marks of moves and the truth of properties are kept; the length of the
 * shortest way to a mark or a property need not be, as steps that others must wait for come first.
 */
export class Ample {
  /** What was known when it was made. */
  private readonly basis: ReadonlyMap<string, string>;
  private readonly places: readonly Field[];
  private readonly tasks: readonly (readonly (Place | undefined)[])[];
  private readonly lookers: readonly (readonly Touch[])[];
  /** By task and place: may it be the only one, as far as it and the properties go? */
  private readonly candidates: readonly Uint8Array[];
  /** By task and other task, at place times places plus other place: do they get in each other's way? */
  private readonly pairs: readonly (readonly Uint8Array[])[];
  private readonly now: Int32Array;

  constructor(learned: Behaviour, properties: readonly Property[], symmetry: Interchangeable | undefined) {
    const behaviour = closedUnder(learned, symmetry);
    this.places = behaviour.tasks.map(({ place }) => place);
    const known = behaviour.tasks.map((task) => placesOf(task, behaviour.locks));
    this.tasks = behaviour.tasks.map(({ place: { mask } }, task) =>
      Array.from({ length: mask + 1 }, (_, place) => known[task]?.get(place)),
    );
    const like = likeFields(behaviour.fields, symmetry);
    this.lookers = properties.map((property) => touchesOfProperty(property, behaviour.fields, like));
    this.basis = describe(known, properties, this.lookers);
    this.candidates = this.tasks.map((places) => new Uint8Array(places.length));
    this.pairs = this.tasks.map((places) => this.tasks.map((others) => new Uint8Array(places.length * others.length)));
    this.now = new Int32Array(this.tasks.length);
  }

  /**
   * Would the same have been chosen with what `later` was made of? Places that are new to it make no difference: a task
   * that is in one, or may come there, got in everybody's way.
   */
  isStillRight({ basis }: Ample): boolean {
    return [...this.basis].every(([what, known]) => basis.get(what) === known);
  }

  /** A task that may be the only one to move in the state at `at`, from task `first` on; -1 when there is none. */
  pick(states: Int32Array, at: number, first: number): number {
    const { places, now } = this;
    if (first === 0) {
      for (let task = 0; task < now.length; task += 1) now[task] = read(states, at, places[task] as Field);
    }
    for (let task = first; task < now.length; task += 1) if (this.isAlone(task)) return task;
    return -1;
  }

  private isAlone(task: number): boolean {
    const { now } = this;
    const place = now[task] as number;
    const candidates = this.candidates[task] as Uint8Array;
    if (candidates[place] === open) candidates[place] = this.judgePlace(task, place);
    if (candidates[place] !== free) return false;
    for (let other = 0; other < now.length; other += 1) {
      if (other === task) continue;
      const pairs = this.pairs[task]?.[other] as Uint8Array;
      const index = place * (this.tasks[other]?.length ?? 0) + (now[other] as number);
      if (pairs[index] === open) pairs[index] = this.judgePair(task, place, other, now[other] as number);
      if (pairs[index] !== free) return false;
    }
    return true;
  }

  private judgePlace(task: number, place: number): number {
    const own = this.tasks[task]?.[place];
    if (own === undefined || !own.isCandidate) return taken;
    return this.lookers.some((touches) => conflict(own.touches, own.held, touches)) ? taken : free;
  }

  private judgePair(task: number, place: number, other: number, otherPlace: number): number {
    const own = this.tasks[task]?.[place];
    const theirs = this.tasks[other]?.[otherPlace];
    const future = theirs?.future ?? null;
    return own === undefined || future === null || conflict(own.touches, own.held, future) ? taken : free;
  }
}

const keyOf = ({ field, writes, under }: Touch): string => `${field} ${writes} ${[...under].sort().join()}`;

/** What the choice hangs on: what each place and each property touches, and where one gets from there. */
const describe = (
  tasks: readonly ReadonlyMap<number, Place>[],
  properties: readonly Property[],
  lookers: readonly (readonly Touch[])[],
): ReadonlyMap<string, string> =>
  new Map([
    ...tasks.flatMap((places, task) =>
      [...places].map(([place, { touches, held, nexts }]): [string, string] => [
        `${task} ${place}`,
        [...touches.map(keyOf).sort(), [...held].sort().join(), [...nexts].sort().join()].join('\n'),
      ]),
    ),
    ...properties.map(({ name }, index): [string, string] => [
      `property ${name}`,
      (lookers[index] ?? []).map(keyOf).sort().join('\n'),
    ]),
  ]);
