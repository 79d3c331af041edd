import type { Change } from './changes.ts';
import { bodyOf } from './editing.ts';
import { isStoredMark, isStoredWord, noteIn, replyIn, verdictIn } from './records.ts';
import type { Shape } from './shape.ts';

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

const bodyIn = (value: unknown): string | undefined => (noteIn(value) ?? replyIn(value))?.[2];

const deedOnRecord = ({ map, key, before, after }: Change, shape: Shape): readonly Deed[] => {
  const [was, is] = [bodyIn(before), bodyIn(after)];
  const text = bodyOf(shape, key);
  if (is === undefined) return [];
  if (was === undefined) return [{ did: map === 'notes' ? 'noted' : 'replied', id: key, text }];
  if (was === is) return [];
  return [{ did: is === '' ? 'withdrew' : was === '' ? 'restored' : 'edited', id: key, text }];
};

/** A change as a deed; the move of a body from its record to a text of its own is none. */
const deedIn = (change: Change, shape: Shape): readonly Deed[] => {
  const { map, key, before, after } = change;
  switch (map) {
    case 'notes':
    case 'replies':
      return deedOnRecord(change, shape);
    case 'bodies':
      return after === undefined ? [] : [{ did: 'edited', id: key, text: String(after) }];
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

export const deedsIn = (changes: readonly Change[], shape: Shape): readonly Deed[] =>
  changes.flatMap((change) => deedIn(change, shape));
