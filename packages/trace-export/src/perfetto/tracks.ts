import { type EventSaid, ordering, type PacketWriter, type Track, type TrackSaid } from './packets.ts';

/** Something that is at most one thing at a time: a slice for each, one after the other. */
export interface StateTrack {
  /** @param name - what it is now; null where there is nothing to show. */
  readonly show: (at: number, name: string | null, category: string) => void;
}

/**
 * Things that go on side by side and end in any order. Slices of one track must nest, so each has a lane of its own while
 * it lasts: a track of the same name, and Perfetto shows such siblings as one.
 */
export interface Lanes {
  readonly begin: (member: string, at: number, said: EventSaid) => void;
  readonly end: (member: string, at: number) => void;
}

/** Makes tracks; each is described when it is first needed. */
export const trackBook = (out: PacketWriter) => {
  let last: Track = 0;

  const add = (said: Omit<TrackSaid, 'track'>): Track => {
    last += 1;
    out.track({ track: last, ...said });
    return last;
  };

  /** As `make`, once for each key. */
  const once = <Made>(make: (key: string) => Made): ((key: string) => Made) => {
    const made = new Map<string, { readonly it: Made }>();
    return (key) => {
      const known = made.get(key) ?? { it: make(key) };
      made.set(key, known);
      return known.it;
    };
  };

  const stateTrack = (track: Track): StateTrack => {
    let shown: string | null = null;
    return {
      show: (at, name, category) => {
        if (name === shown) return;
        if (shown !== null) out.end(track, at);
        if (name !== null) out.begin(track, at, { name, category });
        shown = name;
      },
    };
  };

  const lanes = (name: string, parent: Track, first?: Track): Lanes => {
    const tracks: Track[] = first === undefined ? [] : [first];
    const busy: (string | undefined)[] = [];
    return {
      begin: (member, at, said) => {
        const free = busy.indexOf(undefined);
        const lane = free < 0 ? busy.length : free;
        busy[lane] = member;
        const track = tracks[lane] ?? add({ name, parent });
        tracks[lane] = track;
        out.begin(track, at, said);
      },
      end: (member, at) => {
        const lane = busy.indexOf(member);
        const track = tracks[lane];
        if (lane < 0 || track === undefined) return;
        busy[lane] = undefined;
        out.end(track, at);
      },
    };
  };

  const run = (title: string): Track => add({ name: title, children: ordering.byRank });
  return { add, once, stateTrack, lanes, run };
};

export type TrackBook = ReturnType<typeof trackBook>;
