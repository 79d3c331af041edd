// What the double keeps, and the rules by which it changes: as KurrentDB documents them, without a network.

/** The stream revision at which an append or a delete is to happen. */
export type Expected = number | 'any' | 'no-stream' | 'stream-exists';

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface StoredEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  /** In the log of all streams, from 1. */
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export type Answer =
  | { readonly kind: 'done'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly expected: Expected; readonly current: number }
  | { readonly kind: 'tombstoned' };

/** `$tb` of a stream that was deleted softly; the number that the server writes too. */
const deletedBefore = 2 ** 63;

const metadataStream = (stream: string): string => `$$${stream}`;

export interface StoredStreams {
  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Answer;
  /** Deletes softly: numbers go on where they were when somebody appends again. */
  delete(stream: string, expected: Expected): Answer;
  tombstone(stream: string, expected: Expected): Answer;
  isTombstoned(stream: string): boolean;
  /** What a reader sees: without what was deleted or lies before `$tb`. */
  visible(stream: string): readonly StoredEvent[];
  /** Everything in the order of its position, deleted or not, as $all tells it until a scavenge. */
  readonly all: readonly StoredEvent[];
  /** Calls back after every change, until what it returns is called. */
  onChange(listener: () => void): () => void;
}

export const storedStreams = (): StoredStreams => {
  const all: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  const tombstones = new Set<string>();
  const listeners = new Set<() => void>();

  const eventsOf = (stream: string): readonly StoredEvent[] => streams.get(stream) ?? [];
  const currentOf = (stream: string): number => eventsOf(stream).length - 1;
  const truncatedBefore = (stream: string): number => {
    const metadata = eventsOf(metadataStream(stream)).at(-1);
    if (metadata === undefined) return 0;
    return (JSON.parse(Buffer.from(metadata.data).toString()) as { $tb?: number }).$tb ?? 0;
  };
  const isDeleted = (stream: string): boolean => truncatedBefore(stream) >= deletedBefore;

  const put = (stream: string, events: readonly ProposedEvent[]): void => {
    const kept = streams.get(stream) ?? [];
    streams.set(stream, kept);
    for (const event of events) {
      const stored = { ...event, stream, revision: kept.length, position: all.length + 1, created: Date.now() };
      kept.push(stored);
      all.push(stored);
    }
    for (const listener of [...listeners]) listener();
  };

  const setTruncatedBefore = (stream: string, $tb: number): void => {
    const data = Buffer.from(`{"$tb":${$tb >= deletedBefore ? '9223372036854775807' : $tb}}`);
    const metadata = new Uint8Array();
    const event = { id: crypto.randomUUID(), type: '$metadata', contentType: 'application/json', data, metadata };
    put(metadataStream(stream), [event]);
  };

  /** The events as they were stored before, when they are a repetition; undefined when they are new. */
  const repetition = (
    stream: string,
    expected: Expected,
    events: readonly ProposedEvent[],
  ): StoredEvent | 'another' | undefined => {
    const kept = eventsOf(stream);
    const first = events[0];
    if (first === undefined || expected === 'stream-exists') return undefined;
    if (expected === 'any') {
      const at = kept.findIndex(({ id }) => id === first.id);
      return at < 0 ? undefined : kept[at + events.length - 1];
    }
    const at = expected === 'no-stream' ? 0 : expected + 1;
    if (at > currentOf(stream)) return undefined;
    return events.every(({ id }, index) => kept[at + index]?.id === id) ? kept[at + events.length - 1] : 'another';
  };

  const isAt = (stream: string, expected: Expected): boolean => {
    const exists = currentOf(stream) >= 0 && !isDeleted(stream);
    if (expected === 'any') return true;
    if (expected === 'no-stream') return !exists;
    return expected === 'stream-exists' ? exists : expected === currentOf(stream);
  };

  const remove = (stream: string, expected: Expected, work: () => void): Answer => {
    if (tombstones.has(stream)) return { kind: 'tombstoned' };
    if (!isAt(stream, expected)) return { kind: 'wrong-version', expected, current: currentOf(stream) };
    work();
    return { kind: 'done', revision: currentOf(stream), position: all.length };
  };

  return {
    append: (stream, expected, events) => {
      if (tombstones.has(stream)) return { kind: 'tombstoned' };
      const repeated = repetition(stream, expected, events);
      if (repeated !== undefined && repeated !== 'another') return { kind: 'done', ...repeated };
      if (!isAt(stream, expected)) return { kind: 'wrong-version', expected, current: currentOf(stream) };
      if (isDeleted(stream)) setTruncatedBefore(stream, currentOf(stream) + 1);
      put(stream, events);
      return { kind: 'done', revision: currentOf(stream), position: all.length };
    },
    delete: (stream, expected) => remove(stream, expected, () => setTruncatedBefore(stream, deletedBefore)),
    tombstone: (stream, expected) => remove(stream, expected, () => tombstones.add(stream)),
    isTombstoned: (stream) => tombstones.has(stream),
    visible: (stream) => {
      const from = truncatedBefore(stream);
      return from === 0 ? eventsOf(stream) : eventsOf(stream).slice(from);
    },
    all,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
