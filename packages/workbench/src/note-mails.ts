import { type Note, type NotesDocument, type Reply, recordChars, type Signed } from '@custody/annotations';
import { fieldsOf, nameOf } from '@custody/trace';
import { inBatches } from './batches.ts';
import { catalogueOf } from './catalogue.ts';
import { changeNotes, notesOf } from './notes.ts';
import { openRun, type Run } from './open-run.ts';
import type { Ports } from './ports.ts';

/** A mail becomes one record, with the note's id and the like beside it. */
const mailChars = recordChars - 512;

/** A mail of a thread: who says it is not verified. */
export interface ThreadMail {
  /** Its Message-ID. */
  readonly id: string;
  /** Message-IDs of what it answers, nearest first. */
  readonly answers: readonly string[];
  readonly author: string;
  /** ISO 8601 in UTC; null when it does not say. */
  readonly at: string | null;
  readonly subject: string;
  readonly text: string;
}

const domain = 'custody.invalid';
const noteMailId = (run: string, note: string): string => `note.${note}.${run}@${domain}`;

/** The run and the note that a Message-ID of ours names, be it a note's or a reply's. */
const ourMail = (id: string): { readonly run: string; readonly note: string } | null => {
  const [, note, run] = /^(?:note|reply\.[^.@]+)\.([^.@]+)\.([^.@]+)@custody\.invalid$/.exec(id) ?? [];
  return note === undefined || run === undefined ? null : { run, note };
};

/** A mail that was brought in keeps its Message-ID, so that who has it sees no second one. */
const replyMailId = (run: string, note: string, { id, claimed }: Reply): string =>
  claimed?.origin.includes('@') ? claimed.origin : `reply.${id}.${note}.${run}@${domain}`;

const placeLines = ({ header, timeline }: Run, { anchor }: Note): readonly string[] => {
  const { position: at, until, kind, object } = anchor;
  const event = at === 0 || at > timeline.length ? undefined : timeline.at(at - 1);
  const ends =
    until === undefined ? `position ${at}` : `positions ${at} ${kind === 'pair' ? 'and' : 'to'} ${until.position}`;
  return [
    `${header.title} (run ${header.run}), ${ends}${object === undefined ? '' : `, ${object}`}:`,
    ...(event === undefined
      ? []
      : [`  ${nameOf(event)} ${fieldsOf(event)}`, `  by ${anchor.event?.role ?? event.task}`]),
  ];
};

const firstWords = (body: string): string => {
  const [line = ''] = body.split('\n');
  return line.length <= 50 ? line : `${line.slice(0, 49).trimEnd()}…`;
};

/** A note and its replies as a thread of mails. */
const threadOf = (run: Run, note: Note): readonly ThreadMail[] => {
  const id = run.header.run;
  const root = noteMailId(id, note.id);
  const subject = `[${run.header.title}] ${firstWords(note.body)}`;
  const text = [...placeLines(run, note), '', note.withdrawn ? '(taken back by its author)' : note.body].join('\n');
  return [
    { id: root, answers: [], author: note.author, at: note.at, subject, text },
    ...note.replies.map((reply) => ({
      id: replyMailId(id, note.id, reply),
      answers: [root],
      author: reply.author,
      at: reply.at,
      subject: `Re: ${subject}`,
      text: reply.body,
    })),
  ];
};

/** The notes on a run as threads of mails, which people can reply to. */
export const noteMails = async (ports: Ports, run: Run): Promise<readonly ThreadMail[]> =>
  (await notesOf(ports, run)).notes.flatMap((note) => threadOf(run, note));

/** A mail that became no reply, and why. */
interface LeftMail {
  readonly id: string;
  readonly author: string;
  readonly why: string;
}

export interface TakenMails {
  /** Those that became replies just now. */
  readonly replies: readonly {
    readonly run: string;
    readonly note: string;
    readonly id: string;
    readonly author: string;
  }[];
  /** How many were here before: they are ours, or were brought in already. */
  readonly known: number;
  readonly left: readonly LeftMail[];
}

const sizeOf = ({ id, author, text }: ThreadMail): number => JSON.stringify([id, author, text]).length;

/** Which note each mail answers, through other mails if need be; null for one that answers none. */
const targetsOf = (mails: readonly ThreadMail[]) => {
  const byId = new Map(mails.map((mail) => [mail.id, mail]));
  const targetOf = (id: string, seen: ReadonlySet<string>): ReturnType<typeof ourMail> => {
    const ours = ourMail(id);
    if (ours !== null || seen.has(id)) return ours;
    const further = new Set([...seen, id]);
    for (const answered of byId.get(id)?.answers ?? []) {
      const target = targetOf(answered, further);
      if (target !== null) return target;
    }
    return null;
  };
  return (mail: ThreadMail) => targetOf(mail.id, new Set());
};

/** The years that a note's time can say; a mail's clock may say anything. */
const isSane = (at: string | null): at is string => at !== null && /^20\d\d-/.test(at);

const originsIn = (notes: NotesDocument): Set<string> =>
  new Set(
    notes
      .list()
      .flatMap((note) => note.replies.flatMap(({ claimed }) => (claimed === undefined ? [] : claimed.origin))),
  );

/** Makes replies of mails to notes of one run. */
const replyWith = (
  notes: NotesDocument,
  ports: Ports,
  { run, mails, signed }: { run: string; mails: readonly (readonly [ThreadMail, string])[]; signed: Signed },
): TakenMails => {
  const origins = originsIn(notes);
  const replies: TakenMails['replies'][number][] = [];
  const left: LeftMail[] = [];
  let known = 0;
  for (const [{ id: origin, author, at, text }, note] of mails) {
    const id = ports.digest(`${origin} ${signed.author}`).slice(0, 12);
    if (origins.has(origin) || notes.has(id)) known += 1;
    else if (!notes.has(note))
      left.push({ id: origin, author, why: `it answers note ${note} on run ${run}, which is not here` });
    else {
      const claimed = { by: signed.author, origin };
      notes.reply({ id, note, author, at: isSane(at) ? at : signed.at, body: text, claimed });
      origins.add(origin);
      replies.push({ run, note, id, author });
    }
  }
  return { replies, known, left };
};

/**
 * Makes replies of the mails that answer notes of runs that are here, in the name of who wrote them, as claimed; once
 * more adds nothing. `text` must be the own words of each.
 *
 * @param author - who brings them in.
 */
export const takeMails = async (ports: Ports, mails: readonly ThreadMail[], author: string): Promise<TakenMails> => {
  const targetOf = targetsOf(mails);
  const taken: { replies: TakenMails['replies'][number][]; known: number; left: LeftMail[] } = {
    replies: [],
    known: 0,
    left: [],
  };
  const byRun = new Map<string, (readonly [ThreadMail, string])[]>();
  for (const mail of mails) {
    const target = targetOf(mail);
    const leave = (why: string): number => taken.left.push({ id: mail.id, author: mail.author, why });
    if (ourMail(mail.id) !== null) taken.known += 1;
    else if (target === null) leave('it answers no note: none of our Message-IDs is in its In-Reply-To or References');
    else if (mail.text.trim() === '')
      leave('it has no words of its own: all of it is quoted, or none of it is plain text');
    else if (sizeOf(mail) > mailChars) leave(`it has ${sizeOf(mail)} characters, and ${mailChars} are allowed`);
    else byRun.set(target.run, [...(byRun.get(target.run) ?? []), [mail, target.note]]);
  }
  const catalogue = await catalogueOf(ports.log);
  for (const [id, answers] of byRun) {
    const entry = [...catalogue.values()].find(({ header }) => header.run === id);
    if (entry === undefined) {
      const why = `it answers a note on run ${id}, which is not in this store`;
      taken.left.push(...answers.map(([mail]) => ({ id: mail.id, author: mail.author, why })));
      continue;
    }
    const run = await openRun(ports.log, entry);
    for (const batch of inBatches(answers, ([mail]) => sizeOf(mail))) {
      let of: TakenMails = { replies: [], known: 0, left: [] };
      await changeNotes(ports, run, author, (notes, signed) => ({
        update: notes.together(() => {
          of = replyWith(notes, ports, { run: id, mails: batch, signed });
        }),
      }));
      taken.replies.push(...of.replies);
      taken.known += of.known;
      taken.left.push(...of.left);
    }
  }
  return taken;
};
