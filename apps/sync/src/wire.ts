import type { NotesUpdated } from '@custody/annotations';

/**
 * What a server and a client say to each other beside the Yjs protocol, as JSON in stateless messages. A client that
 * does not know them still works: it sees the notes, but not who stored them when.
 */

/** From the client: send me the events of the notes' stream from this revision on, and go on with what comes. */
export interface Ask {
  readonly after: number;
}

/** From the server: events as they are in its log; the first of them lies behind revision `from`. */
export interface Told {
  readonly from: number;
  /** Null where the log holds a snapshot, which says nothing new. */
  readonly events: readonly (NotesUpdated | null)[];
  /** The server's revision when it was asked; absent of those that came later. */
  readonly head?: number;
}

/** From the server, before it closes the connection: why it did not take what was sent. */
export interface Refused {
  readonly refused: string;
  /** Whether it is worth coming back: all of what the client has, sent anew, may do. */
  readonly again: boolean;
}

const objectIn = (payload: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
};

/** @returns null for anything else: it came from outside. */
export const askIn = (payload: string): Ask | null => {
  const after = objectIn(payload)?.['after'];
  return typeof after === 'number' && Number.isSafeInteger(after) && after >= 0 ? { after } : null;
};

/** @returns null for what this client does not know. */
export const answerIn = (payload: string): Told | Refused | null => {
  const value = objectIn(payload);
  if (typeof value?.['refused'] === 'string') return { refused: value['refused'], again: value['again'] === true };
  if (typeof value?.['from'] !== 'number' || !Array.isArray(value['events'])) return null;
  return value as unknown as Told;
};
