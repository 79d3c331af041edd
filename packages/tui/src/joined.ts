import type { Position, RunId } from '@custody/trace';
import type { Outside } from './shell/outside.ts';

/** Somebody else who looks at the same run now. */
export interface Peer {
  readonly name: string;
  /** Where they look; null when they do not say. */
  readonly position: Position | null;
}

/** A run that is looked at together with others. */
export interface Joined {
  readonly peers: () => readonly Peer[];
  /** What is wrong with it, in a few words; null when nothing is. */
  readonly trouble: () => string | null;
  /** Calls back when the peers, where they look or the trouble have changed, and when notes have, until the signal aborts. */
  readonly watch: (changed: (what: 'peers' | 'notes') => void, signal: AbortSignal) => Promise<void>;
  /** Shows the others where one looks. */
  readonly show: (at: Position) => void;
}

/** The run together with others; null when it is not joined. */
export type JoinedTo = (run: RunId) => Joined | null;

/** Who is there besides, and whether one hears them. */
export interface Company {
  readonly peers: readonly Peer[];
  readonly trouble: string | null;
}

/** What a screen does with what it hears of others. */
interface Ears {
  readonly company: (company: Company) => void;
  readonly notes: () => Promise<void>;
}

/** Hears of others on a run, at first who is there, until the signal aborts; at once over where it is not joined. */
export const hearOfOthers = async (
  { joined }: Pick<Outside, 'joined'>,
  run: RunId,
  ears: Ears,
  signal: AbortSignal,
): Promise<void> => {
  const together = joined?.(run) ?? null;
  if (together === null) return;
  const heard = (what: 'peers' | 'notes'): void => {
    if (what === 'peers') ears.company({ peers: together.peers(), trouble: together.trouble() });
    else void ears.notes();
  };
  heard('peers');
  await together.watch(heard, signal);
};

/** Who else looks at a run, and where: `robin at 120, jason`; before that, what is wrong. */
export const companyText = ({ peers, trouble }: Company): string =>
  [
    ...(trouble === null ? [] : [`! ${trouble}`]),
    ...peers.map(({ name, position }) => (position === null ? name : `${name} at ${position}`)),
  ].join(', ');
