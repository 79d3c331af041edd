import type { Timeline } from '@custody/trace';
import { anchorsIn } from './anchor.ts';
import type { MeaningKey } from './meaning.ts';
import { byPlace, byTime, type Label, type Mark, type Note, type Reply } from './note.ts';
import {
  anchorIn,
  claimIn,
  earlierNote,
  isStoredMark,
  isStoredMeaning,
  isStoredNote,
  isStoredWord,
  markedPlace,
  meaningName,
  replyIn,
  type StoredMeaning,
  verdictIn,
} from './records.ts';
import { editedBody, type Shape } from './shape.ts';
import { isoOf } from './stored-time.ts';

const push = <Value>(groups: Map<string, Value[]>, key: string, value: Value): void => {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
};

/** What two people brought in is one. */
const firstOfEach = <Said extends Reply>(said: readonly Said[]): readonly Said[] => {
  const origins = new Set<string>();
  return said.filter(({ claimed }) => {
    if (claimed === undefined) return true;
    const isNew = !origins.has(claimed.origin);
    origins.add(claimed.origin);
    return isNew;
  });
};

/** The replies to each note, oldest first. */
const repliesIn = (shape: Shape): ReadonlyMap<string, readonly Reply[]> => {
  const groups = new Map<string, Reply[]>();
  for (const [id, value] of shape.replies.entries()) {
    const stored = replyIn(value);
    if (stored === null) continue;
    const [author, at, flat, note] = stored;
    const body = editedBody(shape, id) ?? flat;
    if (body !== '') push(groups, note, { id, author, at: isoOf(at), body, ...claimIn(stored) });
  }
  return new Map([...groups].map(([note, replies]) => [note, firstOfEach(replies.sort(byTime))]));
};

const labelsIn = ({ labels }: Shape): ReadonlyMap<string, readonly Label[]> => {
  const groups = new Map<string, Label[]>();
  for (const [key, word] of labels.entries()) {
    const cut = key.indexOf(' ');
    if (!isStoredWord(word) || !word[2] || cut < 0) continue;
    push(groups, key.slice(0, cut), { label: key.slice(cut + 1), author: word[0], at: isoOf(word[1]) });
  }
  for (const group of groups.values()) group.sort((one, other) => (one.label < other.label ? -1 : 1));
  return groups;
};

const meaningsIn = ({ meanings }: Shape): ((key: MeaningKey) => StoredMeaning | undefined) => {
  const read = new Map<MeaningKey, StoredMeaning | undefined>();
  return (key) => {
    if (!read.has(key)) {
      const value = meanings.get(meaningName(key));
      read.set(key, isStoredMeaning(value, meaningName(key)) ? value : undefined);
    }
    return read.get(key);
  };
};

/** By place, then time. */
export const listOf = (shape: Shape, timeline: Timeline | undefined): readonly Note[] => {
  const resolve = timeline === undefined ? null : anchorsIn(timeline).resolve;
  const [replies, labels, meaningOf] = [repliesIn(shape), labelsIn(shape), meaningsIn(shape)];
  const listed: Note[] = [];
  for (const [id, value] of shape.notes.entries()) {
    const earlier = isStoredNote(value) ? null : earlierNote(value);
    const stored = isStoredNote(value) ? value : earlier?.stored;
    if (stored === undefined) continue;
    const [author, at, flat] = stored;
    const body = editedBody(shape, id) ?? flat;
    const answers = replies.get(id) ?? [];
    const withdrawn = body === '';
    if (withdrawn && answers.length === 0) continue;
    const anchor = earlier?.anchor ?? anchorIn(stored, meaningOf);
    const resolved = verdictIn(shape.verdicts.get(id))?.[2] ?? false;
    const orphan = resolve !== null && resolve(anchor) === null;
    const said = { replies: answers, labels: labels.get(id) ?? [], resolved, withdrawn, orphan };
    listed.push({ id, author, at: isoOf(at), anchor, body, ...said, ...claimIn(stored) });
  }
  return firstOfEach(listed.sort(byPlace));
};

/** By position, then name. */
export const marksIn = (shape: Shape): readonly Mark[] => {
  const meaningOf = meaningsIn(shape);
  return [...shape.marks.entries()]
    .flatMap(([id, value]): Mark[] => {
      if (!isStoredMark(value)) return [];
      const [author, at, name] = value;
      return [{ id, author, at: isoOf(at), name, anchor: markedPlace(value, meaningOf) }];
    })
    .sort((one, other) => one.anchor.position - other.anchor.position || (one.name < other.name ? -1 : 1));
};
