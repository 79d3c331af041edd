import type { Anchor, Place } from './anchor.ts';

/** An answer to a note. `at` is an ISO 8601 time. */
export interface Reply {
  readonly id: string;
  readonly author: string;
  readonly at: string;
  readonly body: string;
  /** Present when it was brought in from elsewhere, so that the author is only what is said there. */
  readonly claimed?: Claim;
}

/** Who brought it in, and from where: a mail's Message-ID, or the note of another run. */
export interface Claim {
  readonly by: string;
  readonly origin: string;
}

/** A word on a note: `case:2.a`, `verdict:bug`, `question`, or any other. */
export interface Label {
  readonly label: string;
  readonly author: string;
  readonly at: string;
}

/** What a person wrote about a place in a run. */
export interface Note extends Reply {
  readonly anchor: Anchor;
  /** Oldest first. */
  readonly replies: readonly Reply[];
  readonly labels: readonly Label[];
  readonly resolved: boolean;
  /** Its author took it back; it is listed, with an empty body, for the sake of its replies. */
  readonly withdrawn: boolean;
  /** The place could not be found in the run it was listed for. */
  readonly orphan: boolean;
}

/** A named place. */
export interface Mark {
  readonly id: string;
  readonly author: string;
  readonly at: string;
  readonly name: string;
  readonly anchor: Place;
}

const order = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** By time, then id: an order that does not depend on who heard of what first. */
export const byTime = (
  one: { readonly at: string; readonly id: string },
  other: { readonly at: string; readonly id: string },
): number => order(one.at, other.at) || order(one.id, other.id);

/** By place in the run, then as above. */
export const byPlace = (one: Note, other: Note): number =>
  one.anchor.position - other.anchor.position || byTime(one, other);
