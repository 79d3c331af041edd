/** Reads a trace once, in the way that the JSON in the first argument says, and prints a `ReadRun`. */
import { closeSync, createReadStream, openSync, readFileSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { readTraceDat, TextReader } from '@custody/ingest';
import type { ReadRequest } from './import-run.ts';
import { printRun } from './print-run.ts';

const { how, file } = JSON.parse(process.argv[2] ?? '') as ReadRequest;

/** The text reader over the whole file: columns, and no object for a line. */
const scan = (): number => {
  const reader = new TextReader();
  const piece = new Uint8Array(1 << 18);
  const opened = openSync(file, 'r');
  let rows = 0;
  for (let length = readSync(opened, piece); length > 0; length = readSync(opened, piece)) {
    for (const columns of reader.read(piece.subarray(0, length))) rows += columns.rows;
  }
  closeSync(opened);
  return rows + reader.end().rows;
};

const lineShape = /^\s*(.+)-(\d+)\s+(?:\([\s\d-]+\)\s+)?\[(\d+)\]\s+(?:([^\s:]+)\s+)?(\d+)\.(\d+): ([^\s:]+): ?(.*)$/;

/** What anybody would write first: readline, a pattern, an object for each line. */
const patterns = async (): Promise<number> => {
  let rows = 0;
  let last: object | undefined;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const [, comm, tid, cpu, flags, seconds, fraction, name, fields] = lineShape.exec(line) ?? [];
    if (comm === undefined) continue;
    last = { comm, tid, cpu: Number(cpu), flags, at: Number(seconds) * 1e9 + Number(fraction) * 1000, name, fields };
    rows += 1;
  }
  if (last === undefined) throw new Error('Cannot measure as no line was read');
  return rows;
};

/** Every event of a trace.dat with its text, as trace-cmd report prints it. */
const dat = (): number => {
  const tools = {
    inflate: (bytes: Uint8Array, size: number) => inflateSync(bytes, { maxOutputLength: Math.max(size, 1) }),
    zstd: (bytes: Uint8Array, size: number) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) }),
  };
  let rows = 0;
  let length = 0;
  for (const line of readTraceDat(readFileSync(file), tools).lines()) {
    if (line.kind !== 'record') continue;
    rows += 1;
    length += line.record.fields.length;
  }
  if (length === 0) throw new Error('Cannot measure as no event had a text');
  return rows;
};

await printRun({ scan, patterns, dat }[how]);
