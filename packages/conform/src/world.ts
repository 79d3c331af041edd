import type { LockView, PackedState, Program, Registers } from '@custody/ownership';
import type { Fact } from '@custody/trace';

/** A call that a task is inside, and where it stands. */
export interface CallFrame {
  readonly kind: 'call';
  /** Its kind and objects: the same for the same program. */
  readonly name: string;
  readonly program: Program;
  readonly at: number;
  /** What the task kept of the call around it. */
  readonly below: Registers;
  /** User space asked for it, so that code that is not the protocol's runs around its steps too. */
  readonly isSyscall: boolean;
}

/** A lock that a task takes for reasons of its own, to write nothing of the protocol's under it. */
export interface SectionFrame {
  readonly kind: 'section';
  readonly lock: LockView;
  readonly isHeld: boolean;
}

export type Frame = CallFrame | SectionFrame;

/** What one task is about. */
export interface Stance {
  /** Innermost last. */
  readonly frames: readonly Frame[];
  /** What its last step told, and the run has not shown yet. */
  readonly pending: readonly Fact[];
  /** What the run has shown of its next step, which may take effect later: a probe at a function's entry comes before. */
  readonly announced: readonly Fact[];
  /** The errno of the system call that it made last; null when the model makes none of it. */
  readonly result: string | null;
}

export const idle: Stance = { frames: [], pending: [], announced: [], result: null };
export const isIdle = ({ frames, pending, announced }: Stance): boolean =>
  frames.length === 0 && pending.length === 0 && announced.length === 0;

/** A step that a world took on its way, the newest first. */
export interface Trail {
  readonly slot: number;
  readonly label: string;
  readonly outcome: string | null;
  readonly isHidden: boolean;
  readonly marks: readonly string[];
  /** In words: what the step read. Empty unless reasons are asked for. */
  readonly readings: string;
  readonly before: Trail | null;
}

/** One way in which things may stand. */
export interface World {
  readonly state: PackedState;
  /** By slot; idle ones may be missing. */
  readonly stances: readonly (Stance | undefined)[];
  readonly trail: Trail | null;
}

export const stanceOf = ({ stances }: World, slot: number): Stance => stances[slot] ?? idle;

export const withStance = (world: World, slot: number, stance: Stance): World => {
  const stances = world.stances.slice();
  stances[slot] = stance;
  return { ...world, stances };
};

const frameKey = (frame: Frame): string =>
  frame.kind === 'section' ? `${frame.lock.id}${frame.isHeld ? '+' : '?'}` : `${frame.name}@${frame.at}`;

const factsKey = (facts: readonly Fact[]): string => facts.map(({ type, data }) => type + JSON.stringify(data)).join();

/** The same for worlds between which nothing that comes can tell. */
export const keyOf = ({ state, stances }: World): string =>
  `${state.join()}|${stances
    .map((stance) =>
      stance === undefined || isIdle(stance)
        ? ''
        : `${stance.frames.map(frameKey).join('>')};${factsKey(stance.pending)};${factsKey(stance.announced)};${stance.result}`,
    )
    .join('|')}`;
