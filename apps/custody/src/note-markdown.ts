import { fieldsOf, nameOf, type Timeline } from '@custody/trace';
import type { Note, NotesOfRun, Run } from '@custody/workbench';
import { authorText, placeText } from './note-text.ts';
import { harmlessText } from './print.ts';

/** What a person wrote stays what it is: no heading, rule or HTML of theirs joins ours. */
const quoted = (body: string): string[] =>
  body
    .split('\n')
    .map((line) => `> ${line.replace(/^(\s*)([#+*=|>-]|\d+[.)])/, '$1\\$2').replace(/[<`]/g, '\\$&')}`.trimEnd());

/** In a line of ours, as text and nothing else. */
const inline = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_<[\]]/g, '\\$&');

/** As inline code, whatever backticks are in it. */
const code = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.includes('`') ? `\`\` ${line.replaceAll('``', '` `')} \`\`` : `\`${line}\``;
};

const eventLine = (timeline: Timeline, at: number): string[] => {
  if (at === 0 || at > timeline.length) return [];
  const event = timeline.at(at - 1);
  return ['', code(`${event.task} ${nameOf(event)} ${fieldsOf(event)}`.trimEnd())];
};

const noteSection = ({ timeline }: Run, note: Note): string[] => {
  const { anchor, labels, resolved, withdrawn, body, replies, at, id } = note;
  const words = [...labels.map(({ label }) => code(label)), ...(resolved ? ['resolved'] : [])];
  return [
    '',
    `## ${placeText(anchor)}${words.length === 0 ? '' : ` (${words.join(', ')})`}`,
    ...eventLine(timeline, anchor.position),
    '',
    `**${inline(authorText(note))}**, ${at}, note ${code(id)}:`,
    '',
    ...(withdrawn ? ['_Taken back by its author._'] : quoted(body)),
    ...replies.flatMap((reply) => [
      '',
      `**${inline(authorText(reply))}** answered, ${reply.at}:`,
      '',
      ...quoted(reply.body),
    ]),
  ];
};

/** The notes and marks of a run as a page of Markdown. */
export const markdownOf = (run: Run, { notes, marks }: NotesOfRun): string => {
  const lines = [
    `# Notes on ${inline(run.header.title)}`,
    '',
    `Run ${code(run.header.run)}, ${run.timeline.length} events.`,
    ...notes.flatMap((note) => noteSection(run, note)),
    ...(marks.length === 0 ? [] : ['', '## Marks', '']),
    ...marks.map(({ anchor, name, author }) => `- @${anchor.position}: ${code(name)}, ${inline(author)}`),
  ];
  return harmlessText(`${lines.join('\n')}\n`);
};
