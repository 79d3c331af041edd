import * as Y from 'yjs';
import { type MapName, mapNames, mapRules, recordChars as usualChars } from './notes-rules.ts';
import { type Shape, shapeOf } from './shape.ts';

/** What an update did to one record. */
export interface NotesChange {
  readonly map: MapName;
  readonly id: string;
  readonly did: 'added' | 'changed' | 'removed';
  /** Null for a record in nobody's name. */
  readonly author: string | null;
  /** The record as it is now; undefined for one that was removed. */
  readonly record: unknown;
}

/** What an update does, told by applying it. */
export interface Effect {
  /** What was not there yet, and nothing else; null when all of it was. */
  readonly update: Uint8Array | null;
  readonly changes: readonly NotesChange[];
}

/** An update that was accepted before, and whose the Yjs client ids in it are; undefined when of several people. */
export interface Accepted {
  readonly update: Uint8Array;
  readonly author?: string;
}

export type Admission =
  | ({ readonly admitted: true } & Effect)
  | {
      readonly admitted: false;
      readonly reason: string;
      /** It builds on what is not here: it may be fine once that has come. */
      readonly early: boolean;
    };

export interface AdmissionLimits {
  /** Bytes of one update. @default 524288 */
  readonly updateBytes?: number;
  /** Characters of one record as JSON, or of one body. @default 65536 */
  readonly recordChars?: number;
  /** Records in the whole document. @default 200000 */
  readonly records?: number;
}

/**
 * The door of a notes' document. What has been accepted is known here as a document of its own; what somebody sends is
 * applied to it and judged by what that changed, so that nothing has to be believed of the bytes.
 */
export interface Gate {
  /**
   * May `author` do what `update` does? Once admitted it is in, until `takeBack`.
   *
   * Refused is what writes in another's name, changes or removes what is another's, has no record's shape, builds on
   * what is not here, goes on from another's Yjs client id, or is too large. What an update repeats of the known is no
   * matter: an offline merge names everything that was ever deleted.
   */
  readonly admit: (update: Uint8Array, author: string) => Admission;
  /** Takes in what was accepted elsewhere, as one: a thousand updates cost little more than a few. */
  readonly take: (accepted: readonly Accepted[]) => void;
  /** Forgets the update that was admitted last, which could not be stored. */
  readonly takeBack: () => void;
  /** Those of `updates` that are not wholly in what was accepted. Looks through the whole document, once. */
  readonly missing: (updates: readonly Uint8Array[]) => readonly Uint8Array[];
  /** All that was accepted, as one update. */
  readonly whole: () => Uint8Array;
}

/** A record that is there: whose, and which Yjs item holds it, so that one that only seemed to change is told apart. */
interface Known {
  readonly author: string | null;
  readonly item: string;
}

/** A record that an update touched, be it without effect. */
interface Touched {
  readonly map: MapName;
  readonly id: string;
  /** Undefined when it was not there. */
  readonly before: Known | undefined;
  /** Undefined when it is not there now. */
  readonly after: Known | undefined;
  readonly record: unknown;
  /** The text of a body was edited in place. */
  readonly edited: boolean;
}

/** What one update was seen to do, before anybody judges it. */
interface Seen extends Effect {
  /** Where it wrote beside all records; null when it did not. */
  readonly astray: string | null;
  readonly touched: readonly Touched[];
  /** The Yjs client ids that wrote. */
  readonly clients: readonly number[];
  /** Something in it waits for what is not here. */
  readonly early: boolean;
}

/** So many accepted updates are kept one by one before they become one. */
const keptApart = 500;
const longestId = 300;

const nothing: Effect = { update: null, changes: [] };

const itemOf = (map: Y.Map<unknown>, id: string): string => {
  const at = map._map.get(id)?.id;
  return at === undefined ? '' : `${at.client}:${at.clock}`;
};

const knownIn = (shape: Shape, map: MapName, id: string): Known | undefined => {
  const record = shape[map].get(id);
  if (record === undefined) return undefined;
  return { author: mapRules[map].authorOf(record, id, shape), item: itemOf(shape[map], id) };
};

/** Applies updates and tells the transactions that it took, and what of them was new. */
const applyWatched = (doc: Y.Doc, given: readonly Uint8Array[]) => {
  const transactions: Y.Transaction[] = [];
  const updates: Uint8Array[] = [];
  const onTransaction = (transaction: Y.Transaction) => void transactions.push(transaction);
  const onUpdate = (made: Uint8Array) => void updates.push(made);
  doc.on('afterTransaction', onTransaction);
  doc.on('update', onUpdate);
  try {
    doc.transact(() => {
      for (const update of given) Y.applyUpdate(doc, update);
    });
  } finally {
    doc.off('afterTransaction', onTransaction);
    doc.off('update', onUpdate);
  }
  return { transactions, update: updates.length === 0 ? null : Y.mergeUpdates(updates) };
};

/** What waits in a document for what is not there, as one text; the same as long as nothing more waits. */
const waitingIn = ({ store }: Y.Doc): string =>
  [store.pendingStructs?.update, store.pendingDs].map((bytes) => bytes?.join() ?? '').join(';');

/** Client ids whose clocks a transaction advanced. */
const writersOf = ({ beforeState, afterState }: Y.Transaction): readonly number[] =>
  [...afterState].filter(([client, clock]) => clock > (beforeState.get(client) ?? 0)).map(([client]) => client);

/** The Yjs client ids whose structs an update holds. */
const clientsIn = (update: Uint8Array): Iterable<number> => Y.parseUpdateMeta(update).to.keys();

/** The maps of a document, each by its type. */
const namesIn = (shape: Shape): ReadonlyMap<unknown, MapName> => new Map(mapNames.map((name) => [shape[name], name]));

interface Place {
  readonly map: MapName;
  readonly id: string;
  readonly edited: boolean;
}

/** The records that a changed type stands for; null where there can be none. */
const placesOf = (
  names: ReadonlyMap<unknown, MapName>,
  type: Y.AbstractType<unknown>,
  keys: ReadonlySet<string | null>,
): readonly Place[] | null => {
  const map = names.get(type);
  if (map !== undefined) {
    return [...keys].every((key) => key !== null && key.length <= longestId)
      ? [...keys].map((key) => ({ map, id: key as string, edited: false }))
      : null;
  }
  const item = type._item;
  const within = names.get(item?.parent);
  return within === 'bodies' && item?.parentSub != null ? [{ map: within, id: item.parentSub, edited: true }] : null;
};

const changeOf = ({ map, id, before, after, record, edited }: Touched): NotesChange | null => {
  if (after === undefined) {
    return before === undefined ? null : { map, id, did: 'removed', author: before.author, record };
  }
  if (before === undefined) return { map, id, did: 'added', author: after.author, record };
  return edited || before.item !== after.item ? { map, id, did: 'changed', author: after.author, record } : null;
};

const sizeOf = (record: unknown): number =>
  record instanceof Y.Text ? record.length : (JSON.stringify(record)?.length ?? 0);

/** Opens a door to a document that holds nothing yet. */
export const openGate = ({
  updateBytes = 524_288,
  recordChars = usualChars,
  records: mostRecords = 200_000,
}: AdmissionLimits = {}): Gate => {
  let doc = new Y.Doc();
  let shape = shapeOf(doc);
  /** The accepted updates: one for all before, then each. */
  let base: Uint8Array | null = null;
  let since: Uint8Array[] = [];
  const known = new Map<string, Known>();
  const ownerOfClient = new Map<number, string>();
  let undoLast: (() => void) | null = null;

  /** Back to what was accepted: Yjs cannot take an update out again. */
  const rebuild = (): void => {
    doc = new Y.Doc();
    shape = shapeOf(doc);
    if (base !== null) Y.applyUpdate(doc, base);
    for (const update of since) Y.applyUpdate(doc, update);
  };

  const fold = (): void => {
    if (since.length < keptApart) return;
    base = Y.encodeStateAsUpdate(doc);
    since = [];
  };

  const keyOf = (map: MapName, id: string): string => `${map} ${id}`;

  const look = (updates: readonly Uint8Array[]): Seen => {
    const waited = waitingIn(doc);
    const { transactions, update: made } = applyWatched(doc, updates);
    const names = namesIn(shape);
    let astray = [...doc.share.keys()].find((name) => !Object.hasOwn(mapRules, name)) ?? null;
    const touched = new Map<string, Touched>();
    for (const [type, keys] of transactions.flatMap(({ changed }) => [...changed])) {
      const places = placesOf(names, type as unknown as Y.AbstractType<unknown>, keys);
      if (places === null) astray ??= 'a place where no record can be';
      for (const { map, id, edited } of places ?? []) {
        const key = keyOf(map, id);
        touched.set(key, {
          map,
          id,
          before: known.get(key),
          after: knownIn(shape, map, id),
          record: shape[map].get(id),
          edited: edited || (touched.get(key)?.edited ?? false),
        });
      }
    }
    return {
      update: made,
      changes: [...touched.values()].flatMap((one) => changeOf(one) ?? []),
      touched: [...touched.values()],
      clients: [...new Set(transactions.flatMap(writersOf))],
      astray,
      early: waitingIn(doc) !== waited,
    };
  };

  /** What is wrong with a record whoever wrote it; null when nothing is. */
  const faultOf = ({ map, id, record, before }: Touched): string | null => {
    const { noun, isRecord, removable } = mapRules[map];
    if (record === undefined) return before === undefined || removable ? null : `${noun} "${id}" is never removed`;
    if (!isRecord(record, id)) return `${noun} "${id}" does not have the shape of one`;
    const size = sizeOf(record);
    if (size > recordChars) return `${noun} "${id}" has ${size} characters, and ${recordChars} are allowed`;
    const other = { notes: 'replies', replies: 'notes' } as const;
    const taken = (map === 'notes' || map === 'replies') && shape[other[map]].has(id);
    return taken ? `the id "${id}" is taken` : null;
  };

  /** Why `author` may not touch a record so; null when they may. */
  const trespassOf = (touched: Touched, author: string): string | null => {
    const { map, id, before } = touched;
    const { noun, by } = mapRules[map];
    const change = changeOf(touched);
    if (by === 'nobody') return null;
    if (by === 'author' && before !== undefined && before.author !== author) {
      return `${noun} "${id}" is ${before.author}'s, and only ${before.author} may change it`;
    }
    if (change === null || change.author === author) return null;
    return change.did === 'removed'
      ? `${noun} "${id}" is ${change.author}'s, and only ${change.author} may remove it`
      : `${noun} "${id}" is signed ${change.author}, and you are ${author}`;
  };

  const objection = ({ touched, changes, clients, astray }: Seen, author: string): string | null => {
    if (astray !== null) return `it writes to ${astray}, which notes do not have`;
    for (const one of touched) {
      const reason = faultOf(one) ?? trespassOf(one, author);
      if (reason !== null) return reason;
    }
    const stolen = clients.find((client) => (ownerOfClient.get(client) ?? author) !== author);
    if (stolen !== undefined) return `it goes on from client ${stolen}, which is ${ownerOfClient.get(stolen)}'s`;
    const added = changes.filter(({ did }) => did === 'added').length;
    if (added > 0 && known.size + added > mostRecords) {
      return `there are ${known.size} records, and ${mostRecords} are allowed`;
    }
    return null;
  };

  /** Remembers what was seen. @returns what forgets it again. */
  const accept = ({ touched, clients, update }: Seen, author: string | undefined): (() => void) => {
    const undo: (() => void)[] = [];
    const put = <Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void => {
      const before = map.get(key);
      undo.push(() => void (before === undefined ? map.delete(key) : map.set(key, before)));
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    };
    for (const { map, id, after } of touched) put(known, keyOf(map, id), after);
    if (author !== undefined) for (const client of clients) put(ownerOfClient, client, author);
    if (update !== null) since.push(update);
    return () => {
      if (update !== null) since.pop();
      for (const step of undo.reverse()) step();
    };
  };

  const refuse = (reason: string, early = false): Admission => {
    rebuild();
    return { admitted: false, reason, early };
  };

  const unreadable = (update: Uint8Array): string | null => {
    if (update.length > updateBytes) return `it has ${update.length} bytes, and ${updateBytes} are allowed`;
    try {
      Y.decodeUpdate(update);
      return null;
    } catch {
      return `its ${update.length} bytes are not a Yjs update`;
    }
  };

  const admit = (update: Uint8Array, author: string): Admission => {
    fold();
    undoLast = null;
    const problem = unreadable(update);
    if (problem !== null) return { admitted: false, reason: problem, early: false };
    let seen: Seen;
    try {
      seen = look([update]);
    } catch (cause) {
      return refuse(`Yjs cannot apply it: ${(cause as Error).message}`);
    }
    if (seen.early) return refuse('it builds on what is not here', true);
    if (seen.update === null) return { admitted: true, ...nothing };
    const reason = objection(seen, author);
    if (reason !== null) return refuse(reason);
    undoLast = accept(seen, author);
    return { admitted: true, update: seen.update, changes: seen.changes };
  };

  return {
    admit,
    take: (accepted) => {
      fold();
      accept(look(accepted.map(({ update }) => update)), undefined);
      for (const { update, author } of accepted) {
        if (author !== undefined) for (const client of clientsIn(update)) ownerOfClient.set(client, author);
      }
    },
    takeBack: () => {
      undoLast?.();
      undoLast = null;
      rebuild();
    },
    missing: (updates) => {
      const accepted = Y.snapshot(doc);
      return updates.filter((update) => !Y.snapshotContainsUpdate(accepted, update));
    },
    whole: () => Y.encodeStateAsUpdate(doc),
  };
};
