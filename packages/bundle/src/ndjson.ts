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

/** Everything in the file, the header first. Blanks do not matter: the digest is of each line's JSON written anew. */
async function* contentsOf(source: Source): AsyncGenerator<Label | Batch, void> {
  const { name } = source;
  const whole = createHash('sha256');
  const add = (value: unknown) => whole.update(JSON.stringify(value)).update('\n');
  let last = 0;
  let label: Label | undefined;
  let there = 0;
  let ended = false;
  let batch: LogEvent[] = [];
  const flush = (of: Batch['of']): Batch[] => {
    const items = batch;
    batch = [];
    return items.length === 0 ? [] : [{ of, items }];
  };
  for await (const read of jsonLines(source)) {
    const { line, value } = read;
    last = line;
    if (label === undefined) {
      label = headerIn(read, name);
      add(value);
      yield label;
      continue;
    }
    if (ended) throw new DamagedLinesError(name, line, 'stands behind the end of the run');
    const all = label.events.count + label.notes.count;
    if (fieldsOf(value)?.['custody'] === 'end') {
      if (there < all)
        throw new DamagedLinesError(name, line, `is the end, and ${all - there} lines are missing before it`);
      if (fieldsOf(value)?.['sha256'] !== whole.digest('hex')) {
        throw new DamagedLinesError(name, line, 'has another digest than the lines before it: one of them was changed');
      }
      ended = true;
      continue;
    }
    if (there === all) throw new DamagedLinesError(name, line, `should be the end: the header tells of ${all} lines`);
    if (!isEvent(value)) throw new DamagedLinesError(name, line, 'is no event: it has no "type"');
    add(value);
    there += 1;
    batch.push(value);
    const of = there <= label.events.count ? 'events' : 'notes';
    if (batch.length === batchSize || there === label.events.count || there === all) yield* flush(of);
  }
  if (!ended) throw new DamagedLinesError(name, last + 1, 'is missing: the file breaks off before its end');
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
