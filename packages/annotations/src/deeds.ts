import type { Change } from './changes.ts';
import { isStoredMark, isStoredWord, verdictIn } from './records.ts';

/** What somebody did, for people to read. */
export interface Deed {
  readonly did:
    | 'noted'
    | 'replied'
    | 'edited'
    | 'withdrew'
    | 'restored'
    | 'resolved'
    | 'reopened'
    | 'labelled'
    | 'unlabelled'
    | 'marked'
    | 'unmarked';
  /** The note, reply or mark. */
  readonly id: string;
  /** What it says now, its label, or its name; empty for a verdict, and for what was withdrawn. */
  readonly text: string;
}

/** A change as a deed; none where what changed cannot be read. */
const deedIn = (change: Change): readonly Deed[] => {
  const { map, key, before, after } = change;
  switch (map) {
    case 'notes':
    case 'replies': {
      if (after === undefined) return [];
      if (before === undefined) return [{ did: map === 'notes' ? 'noted' : 'replied', id: key, text: after }];
      return [{ did: after === '' ? 'withdrew' : before === '' ? 'restored' : 'edited', id: key, text: after }];
    }
    case 'marks': {
      if (isStoredMark(after)) return [{ did: 'marked', id: key, text: after[2] }];
      return isStoredMark(before) ? [{ did: 'unmarked', id: key, text: before[2] }] : [];
    }
    case 'verdicts': {
      const verdict = verdictIn(after);
      return verdict === null ? [] : [{ did: verdict[2] ? 'resolved' : 'reopened', id: key, text: '' }];
    }
    case 'labels': {
      const cut = key.indexOf(' ');
      if (!isStoredWord(after) || cut < 0) return [];
      return [{ did: after[2] ? 'labelled' : 'unlabelled', id: key.slice(0, cut), text: key.slice(cut + 1) }];
    }
  }
};

export const deedsIn = (changes: readonly Change[]): readonly Deed[] => changes.flatMap(deedIn);
