import type { Anchor } from './anchor.ts';

/** An answer to a note. `at` is an ISO 8601 time. */
export interface Reply {
  readonly id: string;
  readonly author: string;
  readonly at: string;
  readonly body: string;
}

/** What a person wrote about a place in a run. */
export interface Note extends Reply {
  readonly anchor: Anchor;
  /** Oldest first. */
  readonly replies: readonly Reply[];
  readonly resolved: boolean;
  /** The place could not be found in the run it was listed for. */
  readonly orphan: boolean;
}

/** A note as it is stored: a flat JSON value under its id. */
export type StoredNote = Omit<Reply, 'id'> & { readonly anchor: Anchor };
/** A reply as it is stored, under its own id: so two people who reply at once write to two places. */
export type StoredReply = Omit<Reply, 'id'> & { readonly note: string };
/** Who last said whether a note is settled. */
export interface StoredVerdict {
  readonly author: string;
  readonly at: string;
  readonly resolved: boolean;
}

const hasTexts = (value: unknown, fields: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  fields.every((field) => typeof (value as Readonly<Record<string, unknown>>)[field] === 'string');

const isAnchor = (anchor: Partial<Anchor> | undefined): boolean =>
  typeof anchor?.position === 'number' && (anchor.event === null || hasTexts(anchor.event, ['type', 'role', 'detail']));

/** Updates come from other people's programs, so what is stored is looked at before it is believed. */
export const isStoredNote = (value: unknown): value is StoredNote =>
  hasTexts(value, ['author', 'at', 'body']) && isAnchor((value as StoredNote).anchor);

export const isStoredReply = (value: unknown): value is StoredReply =>
  hasTexts(value, ['author', 'at', 'body', 'note']);

export const isStoredVerdict = (value: unknown): value is StoredVerdict =>
  hasTexts(value, ['author', 'at']) && typeof (value as StoredVerdict).resolved === 'boolean';

const order = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** By time, then id: an order that does not depend on who heard of what first. */
export const byTime = (one: Reply, other: Reply): number => order(one.at, other.at) || order(one.id, other.id);

/** By place in the run, then as above. */
export const byPlace = (one: Note, other: Note): number =>
  one.anchor.position - other.anchor.position || byTime(one, other);
