import { createHash } from 'node:crypto';
import type { LogEvent } from '@custody/log';
import { DamagedLinesError, newerFormat } from './errors.ts';
import { fieldsOf, type Label, labelOf } from './label.ts';
import type { Batch, Parcel, Sealed, Source } from './parcel.ts';
import { reopened } from './reopened.ts';

const formatVersion = 1;
/** What to do where even the first line is not right: it may be another file altogether. */
const orATrace = 'give what custody export wrote, or a trace as text';
/** Events that are handed on together. */
const batchSize = 1000;

/**
 * A run as lines of JSON: a header, an event a line, a note's update a line, and a last line with a digest.
 *
 * @throws what `parcel.read` throws.
 */
export async function* writeLines({ about, events, notes, read }: Parcel): AsyncGenerator<Uint8Array, Sealed> {
  const whole = createHash('sha256');
  const content = createHash('sha256');
  let bytes = 0;
  const told = (text: string): Uint8Array => {
    const piece = Buffer.from(text);
    whole.update(piece);
    bytes += piece.length;
    return piece;
  };
  yield told(`${JSON.stringify({ custody: 'run', format: formatVersion, about, events, notes })}\n`);
  for await (const { of, items } of read()) {
    const text = items.map((item) => `${JSON.stringify(item)}\n`).join('');
    if (of === 'events') content.update(text);
    yield told(text);
  }
  yield told(`${JSON.stringify({ custody: 'end', sha256: whole.copy().digest('hex') })}\n`);
  return { bytes, digest: content.digest('hex') };
}

/** A line of the file, counted from 1, and the JSON in it. */
interface ReadLine {
  readonly line: number;
  readonly value: unknown;
}

async function* textLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  let begun: Uint8Array[] = [];
  for await (const piece of pieces) {
    let from = 0;
    for (let to = piece.indexOf(10); to >= 0; to = piece.indexOf(10, from)) {
      yield Buffer.concat([...begun, piece.subarray(from, to)]);
      begun = [];
      from = to + 1;
    }
    if (from < piece.length) begun.push(piece.subarray(from));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

async function* jsonLines({ name, open }: Source): AsyncGenerator<ReadLine, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  for await (const bytes of textLines(open())) {
    line += 1;
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(bytes));
    } catch (cause) {
      const why = `is not JSON (${(cause as Error).message.replace(/ \(line \d+ column \d+\)$/, '')})`;
      throw line === 1
        ? new DamagedLinesError(name, line, `is no header of a run: it ${why}`, orATrace)
        : new DamagedLinesError(name, line, why);
    }
    yield { line, value };
  }
}

/** The header that the first line is. @throws BundleError when it is none that this version reads. */
const headerIn = ({ line, value }: ReadLine, file: string): Label => {
  const fields = fieldsOf(value);
  if (fields?.['custody'] !== 'run') {
    throw new DamagedLinesError(file, line, 'is JSON and not the header of a run', orATrace);
  }
  const format = fields['format'];
  if (typeof format === 'number' && format > formatVersion) {
    throw newerFormat(file, `its lines are of format ${format}, and this version reads format ${formatVersion}`);
  }
  const label = format === formatVersion ? labelOf(fields) : undefined;
  if (label === undefined) throw new DamagedLinesError(file, line, 'does not say what the file holds');
  return label;
};

const isEvent = (value: unknown): value is LogEvent => typeof fieldsOf(value)?.['type'] === 'string';

const isEnd = (value: unknown): boolean => fieldsOf(value)?.['custody'] === 'end';

/** Everything in the file, the header first. Blanks do not matter: the digest is of each line's JSON written anew. */
async function* contentsOf(source: Source): AsyncGenerator<Label | Batch, void> {
  const lines = jsonLines(source);
  try {
    yield* contentsIn(lines, source.name);
  } finally {
    await lines.return();
  }
}

async function* contentsIn(lines: AsyncGenerator<ReadLine, void>, name: string): AsyncGenerator<Label | Batch, void> {
  const wrong = (line: number, why: string) => new DamagedLinesError(name, line, why);
  const whole = createHash('sha256');
  let last = 0;
  const next = async (): Promise<ReadLine> => {
    const step = await lines.next();
    if (step.done) throw wrong(last + 1, 'is missing: the file breaks off before its end');
    last = step.value.line;
    return step.value;
  };
  const add = (value: unknown) => whole.update(JSON.stringify(value)).update('\n');

  const first = await next();
  const label = headerIn(first, name);
  add(first.value);
  yield label;

  let missing = label.events.count + label.notes.count;
  const nextEvent = async (): Promise<LogEvent> => {
    const { line, value } = await next();
    if (isEnd(value)) throw wrong(line, `is the end, and ${missing} lines are missing before it`);
    if (!isEvent(value)) throw wrong(line, 'is no event: it has no "type"');
    add(value);
    missing -= 1;
    return value;
  };
  for (const of of ['events', 'notes'] as const) {
    const { count } = label[of];
    for (let from = 0; from < count; from += batchSize) {
      const items: LogEvent[] = [];
      while (items.length < Math.min(batchSize, count - from)) items.push(await nextEvent());
      yield { of, items };
    }
  }

  const { line, value } = await next();
  if (!isEnd(value)) throw wrong(line, `should be the end: the header tells of ${line - 2} lines before it`);
  if (fieldsOf(value)?.['sha256'] !== whole.digest('hex')) {
    throw wrong(line, 'has another digest than the lines before it: one of them was changed');
  }
  const more = await lines.next();
  if (!more.done) throw wrong(more.value.line, 'stands behind the end of the run');
}

/**
 * Opens a run in lines of JSON: its header is read, and the rest when it is asked for.
 *
 * @throws BundleError when the first line is no header that this version reads; `read` of the parcel throws it for
 *   every other line that is not as it was written.
 */
export const readLines = (source: Source): Promise<Parcel> =>
  reopened(
    () => contentsOf(source),
    () => new DamagedLinesError(source.name, 1, 'changed while it was read'),
  );
