import type { Happening, Presence } from '@custody/sync/client';
import type { NotesOfRun } from '@custody/workbench';
import { many } from './print.ts';

type Deed = Extract<Happening, { what: 'changed' }>['deeds'][number];

const didWords: Readonly<Record<Deed['did'], string>> = {
  noted: 'noted',
  replied: 'replied',
  edited: 'now says',
  withdrew: 'took back',
  restored: 'says again',
  resolved: 'resolved',
  reopened: 'reopened',
  labelled: 'labelled',
  unlabelled: 'took the label off',
  marked: 'marked',
  unmarked: 'took the mark off',
};

const whereText = ({ at }: Presence): string => (at === null ? '' : ` at @${at}`);

/** Who came, went, moved or types, by what was known of them before. */
export const presenceLines = (before: readonly Presence[], now: readonly Presence[]): string[] => {
  const others = new Map(before.map((person) => [person.name, person]));
  const lines = now.flatMap((person) => {
    const { name, role, at, draft } = person;
    const known = others.get(name);
    others.delete(name);
    if (known === undefined) return [`${name} is here${role === 'reader' ? ' to read' : ''}${whereText(person)}`];
    if (draft !== null && draft !== known.draft) return [`${name} is typing${whereText(person)}: ${draft}`];
    return at === known.at ? [] : [`${name} looks${whereText(person)}`];
  });
  return [...lines, ...[...others.keys()].map((name) => `${name} has left`)];
};

/** Where notes, replies and marks are, by id. */
export type Places = ReadonlyMap<string, number>;

export const placesIn = ({ notes, marks }: NotesOfRun): Places =>
  new Map([
    ...notes.flatMap(({ id, anchor, replies }) =>
      [id, ...replies.map((reply) => reply.id)].map((one) => [one, anchor.position] as const),
    ),
    ...marks.map(({ id, anchor }) => [id, anchor.position] as const),
  ]);

/** What somebody did, in one line. */
const deedLine = (by: string, { did, id, text }: Deed, places: Places): string => {
  const at = places.get(id);
  const said = text === '' ? '' : `: ${text.replaceAll('\n', ' / ')}`;
  return `${at === undefined ? '' : `@${at}  `}${by} ${didWords[did]} [${id}]${said}`;
};

/** What happened, in lines for a person; who is there is told by `presenceLines`. */
export const happeningLines = (happening: Exclude<Happening, { what: 'present' }>, places: Places): string[] => {
  switch (happening.what) {
    case 'connected':
      return [`connected as ${happening.name}${happening.role === 'reader' ? ', to read' : ''}`];
    case 'disconnected':
      return ['the line is cut; notes are kept here until it is back'];
    case 'caught up':
      return ['all that the others wrote is here'];
    case 'changed':
      return happening.deeds.map((deed) => deedLine(happening.by, deed, places));
    case 'stored':
      return [
        `${many(happening.updates, 'change')} of yours ${happening.updates === 1 ? 'is' : 'are'} stored on the server`,
      ];
    case 'kept back':
      return [`! a change by ${happening.by} stays here, as the server would refuse it: ${happening.reason}`];
    case 'held up':
      return [`! the server closed the line, and is asked again: ${happening.reason}`];
  }
};
