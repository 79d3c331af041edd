import { type Position, position } from '@custody/trace';
import { type Anchor, type AnchoredEvent, type AnchorKind, anchorKinds, type Place } from './anchor.ts';
import { keyOf, keyOfText, type Meaning, type MeaningKey, shortOf } from './meaning.ts';
import type { Claim, Reply } from './note.ts';
import { isIso, lastTime, storedTime } from './stored-time.ts';

/**
 * Position, meaning (a key of `meanings`; 0 for the start of the run), n-th, of so many, meanings of the neighbours
 * before and after and what the fact said (30 bits each, 0 for none).
 */
export type StoredPlace = readonly [number, MeaningKey, number, number, number, number, number];

/** Of what was brought in, by its author in the record: its own author, who is only claimed, and its origin. */
type StoredClaim = [] | [string, string];
/** Author, `StoredTime`, body, then the anchor: its kind's number, its object, one place or two; then the claim. */
export type StoredNote = readonly [string, number, string, number, string, ...(number | string)[]];
/** Author, time, body, the note's id, the claim. */
export type StoredReply = readonly [string, number, string, string, ...StoredClaim];
/** Author, time, name, place. */
export type StoredMark = readonly [string, number, string, ...StoredPlace];
/** Author, time, and whether the note is settled, or the label on it, by their last word. */
export type StoredWord = readonly [string, number, boolean];
/** Type, role, object, detail. */
export type StoredMeaning = readonly [string, string, string | null, string];

const placeSize = 7;

const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): boolean => isWhole(value) && (value as number) <= lastTime;
const isPlaces = (values: readonly unknown[]): boolean =>
  values.every(isWhole) && (values.length === placeSize || values.length === 2 * placeSize);

/** Updates come from other people's programs, so what is stored is looked at before it is believed. */
export const isStoredNote = (value: unknown): value is StoredNote => {
  if (!Array.isArray(value)) return false;
  const [author, at, body, kind, object, ...rest] = value;
  const places = rest.filter((item) => !isText(item));
  const claim = rest.slice(places.length);
  return (
    isText(author) &&
    author !== '' &&
    isTime(at) &&
    isText(body) &&
    isText(object) &&
    anchorKinds[kind] !== undefined &&
    isPlaces(places) &&
    (kind === 0) === (places.length === placeSize) &&
    (claim.length === 0 || (claim.length === 2 && claim.every(isText)))
  );
};

const isStoredReply = (value: unknown): value is StoredReply => {
  if (!Array.isArray(value) || !(value.length === 4 || value.length === 6)) return false;
  const [author, at, ...texts] = value;
  return isText(author) && author !== '' && isTime(at) && texts.every(isText);
};

export const isStoredMark = (value: unknown): value is StoredMark => {
  if (!Array.isArray(value)) return false;
  const [author, at, name, ...place] = value;
  return isText(author) && author !== '' && isTime(at) && isText(name) && place.length === placeSize && isPlaces(place);
};

export const isStoredWord = (value: unknown): value is StoredWord =>
  Array.isArray(value) &&
  value.length === 3 &&
  isText(value[0]) &&
  value[0] !== '' &&
  isTime(value[1]) &&
  typeof value[2] === 'boolean';

/** The key that a meaning is stored under. */
export const meaningName = (key: MeaningKey): string => key.toString(36);

const meaningIn = ([type, role, object, detail]: StoredMeaning): Meaning => ({ type, role, object, detail });

/** A meaning under its own key, and no other. */
export const isStoredMeaning = (value: unknown, name: string): value is StoredMeaning => {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [type, role, object, detail] = value;
  if (!(isText(type) && isText(role) && (object === null || isText(object)) && isText(detail))) return false;
  return meaningName(keyOf({ type, role, object, detail })) === name;
};

/** Meanings of a document by key; undefined for one that has not come yet. */
export type MeaningOf = (key: MeaningKey) => StoredMeaning | undefined;

const storedPlace = ({ position: at, event }: Place): StoredPlace =>
  event === null
    ? [at, 0, 0, 0, 0, 0, 0]
    : [at, event.key, event.occurrence, event.of, event.before, event.after, event.content];

const unknownMeaning: StoredMeaning = ['?', '?', null, ''];

const placeIn = (stored: readonly number[], meaningOf: MeaningOf): Place => {
  const [at, key, occurrence, of, before, after, content] = stored as StoredPlace;
  if (key === 0) return { position: position(at), event: null };
  const meaning = meaningIn(meaningOf(key) ?? unknownMeaning);
  return { position: position(at), event: { ...meaning, key, occurrence, of, before, after, content } };
};

export const storedAnchor = ({ kind, object = '', until, ...place }: Anchor): [number, string, ...number[]] => [
  anchorKinds.indexOf(kind),
  object,
  ...storedPlace(place),
  ...(until === undefined ? [] : storedPlace(until)),
];

export const anchorIn = ([, , , kind, object, ...rest]: StoredNote, meaningOf: MeaningOf): Anchor => {
  const places = rest.filter((item) => typeof item === 'number');
  return {
    ...placeIn(places.slice(0, placeSize), meaningOf),
    kind: anchorKinds[kind] as AnchorKind,
    ...(places.length > placeSize && { until: placeIn(places.slice(placeSize), meaningOf) }),
    ...(object !== '' && { object }),
  };
};

export const storedClaim = (author: string, claimed: Claim | undefined): StoredClaim =>
  claimed === undefined ? [] : [author, claimed.origin];

/** The author as they are claimed to be, and by whom; nothing where the record's own author wrote it. */
export const claimIn = (stored: StoredNote | StoredReply): Pick<Reply, 'author' | 'claimed'> | undefined => {
  const isNote = typeof stored[3] === 'number';
  const [author, origin] = stored.slice(isNote ? 5 : 4).filter((item) => typeof item === 'string');
  return author === undefined || origin === undefined ? undefined : { author, claimed: { by: stored[0], origin } };
};

export const storedMark = (author: string, at: number, name: string, place: Place): StoredMark => [
  author,
  at,
  name,
  ...storedPlace(place),
];

export const markedPlace = ([, , , ...place]: StoredMark, meaningOf: MeaningOf): Place => placeIn(place, meaningOf);

/** What a place needs to be in `meanings`. */
export const meaningsOf = (places: ReadonlyArray<Place | undefined>): ReadonlyArray<readonly [string, StoredMeaning]> =>
  places.flatMap((place) => {
    if (place == null || place.event === null) return [];
    const { key, type, role, object, detail } = place.event;
    return [[meaningName(key), [type, role, object, detail]] as const];
  });

/** How notes were stored before: objects, with whole meanings in them. Stores that have them are read as ever. */
interface EarlierNote {
  readonly author: string;
  readonly at: string;
  readonly body: string;
  readonly anchor: { readonly position: number; readonly event: EarlierEvent | null };
}
type EarlierEvent = Meaning & {
  readonly occurrence: number;
  readonly of: number;
  readonly before: string | null;
  readonly after: string | null;
};

const hasTexts = (value: unknown, fields: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  fields.every((field) => isText((value as Readonly<Record<string, unknown>>)[field]));

const isIsoTime = (value: unknown): boolean => isIso((value as { readonly at: string }).at);

const earlierEvent = ({ before, after, type, role, object, detail, occurrence, of }: EarlierEvent): AnchoredEvent => {
  const neighbour = (text: string | null): number => (text === null ? 0 : shortOf(keyOfText(text)));
  const meaning = { type, role, object, detail };
  const around = { before: neighbour(before), after: neighbour(after) };
  return { ...meaning, key: keyOf(meaning), occurrence, of, ...around, content: 0 };
};

/** @returns the note as it is stored now, and its anchor; null when it is no note of the earlier kind either. */
export const earlierNote = (value: unknown): { readonly stored: StoredNote; readonly anchor: Anchor } | null => {
  if (!hasTexts(value, ['author', 'at', 'body']) || !isIsoTime(value)) return null;
  const { author, at, body, anchor: place } = value as EarlierNote;
  if (!isWhole(place?.position) || !(place.event === null || hasTexts(place.event, ['type', 'role', 'detail']))) {
    return null;
  }
  const event = place.event === null ? null : earlierEvent(place.event);
  const anchor: Anchor = { position: place.position as Position, event, kind: 'event' };
  return { stored: [author, storedTime(at), body, ...storedAnchor(anchor)], anchor };
};

const earlierReply = (value: unknown): StoredReply | null => {
  if (!hasTexts(value, ['author', 'at', 'body', 'note']) || !isIsoTime(value)) return null;
  const { author, at, body, note } = value as Readonly<Record<'author' | 'at' | 'body' | 'note', string>>;
  return [author, storedTime(at), body, note];
};

const earlierVerdict = (value: unknown): StoredWord | null => {
  if (!hasTexts(value, ['author', 'at']) || !isIsoTime(value)) return null;
  const { author, at, resolved } = value as { author: string; at: string; resolved: unknown };
  return typeof resolved === 'boolean' ? [author, storedTime(at), resolved] : null;
};

/** A note, reply or verdict as it is stored now, whichever shape it has; null when it is none. */
export const noteIn = (value: unknown): StoredNote | null =>
  isStoredNote(value) ? value : (earlierNote(value)?.stored ?? null);
export const replyIn = (value: unknown): StoredReply | null => (isStoredReply(value) ? value : earlierReply(value));
export const verdictIn = (value: unknown): StoredWord | null => (isStoredWord(value) ? value : earlierVerdict(value));
