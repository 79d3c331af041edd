import type { TraceRecord } from '../syntax/line.ts';
import type { ProbeFields } from '../syntax/probe-fields.ts';
import { changedRows, type KernelLine } from './kernel-line.ts';
import type { MappingFile } from './mapping-file.ts';
import type { Meaning } from './meaning.ts';
import { meanings } from './meanings.ts';
import { probedFunction } from './probed-function.ts';
import { type ArgumentName, type At, keyOf, type ProbeRow } from './row.ts';

/** A line's table, with what a user's own mapping changes in it. */
export interface Mapping {
  /** `linux-6.1`, or `linux-6.1+mine.json`. */
  readonly id: string;
  readonly line: KernelLine;
  readonly rows: readonly ProbeRow[];
  /** Another name of an argument → the name that rows know it by. */
  readonly synonyms: ReadonlyMap<string, ArgumentName>;
}

/** As the typed fprobe events of domain/guest.md §4 have them. */
const usualSynonyms: readonly (readonly [string, ArgumentName])[] = [
  ['own', 'owner'],
  ['newown', 'newowner'],
  ['rc', 'ret'],
];

/** The table of a line as it is, or as `file` changes it: a row of the file takes the place of one on the same function. */
export const mappingOf = (line: KernelLine, file?: MappingFile): Mapping => {
  if (file === undefined) return { id: line.id, line, rows: line.rows, synonyms: new Map(usualSynonyms) };
  const known = new Map(line.rows.map((row) => [keyOf(row), row]));
  // It stays found by the names that it was found by.
  const changed = file.rows.flatMap((row) => {
    const names = [...(known.get(keyOf(row))?.named ?? []), ...(row.named ?? [])];
    return known.has(keyOf(row)) ? [{ ...row, named: names }] : [];
  });
  const added = file.rows.filter((row) => !known.has(keyOf(row)));
  return {
    id: `${line.id}+${file.name}`,
    line,
    rows: changedRows(line.rows, { changed, added }),
    synonyms: new Map([...usualSynonyms, ...Object.entries(file.arguments)]),
  };
};

/** A row, with what it does. */
interface Found {
  readonly row: ProbeRow;
  readonly meaning: Meaning;
}

/** The names that a return probe's event is given for its function's: of the recorders, of perf, of fprobe events. */
const returnSuffix = /(?:_ret|__return|__exit)$/;

/** `really_probe_ret` → `really_probe`: what the entry's event may be called. */
export const stemOf = (name: string): string => name.replace(returnSuffix, '');

/** Finds the rows of a trace's events: by the function that a probe stands on, else by the event's name. */
export interface RowFinder {
  /** undefined: no row stands on it. */
  readonly find: (record: TraceRecord) => Found | undefined;
  /** The same by the event's name alone. */
  readonly named: (name: string) => Found | undefined;
  /** The fields by the names that rows know. */
  readonly fieldsOf: (record: TraceRecord) => ProbeFields;
}

export const rowFinder = ({ rows, synonyms }: Mapping): RowFinder => {
  const byFunction = new Map<string, Found>();
  const byName = new Map<string, Found>();
  for (const row of rows) {
    const found = { row, meaning: meanings[row.means] };
    byFunction.set(keyOf(row), found);
    for (const name of row.named ?? []) byName.set(name, found);
  }
  const named = (name: string): Found | undefined => {
    const at: readonly (readonly [string, At])[] = [
      [name, 'event'],
      [name, 'entry'],
      [stemOf(name), 'return'],
    ];
    return byName.get(name) ?? at.map(([on, where]) => byFunction.get(keyOf({ on, at: where }))).find(Boolean);
  };
  const find = ({ name, fields }: TraceRecord): Found | undefined => {
    const stands = fields.startsWith('(') ? probedFunction(fields) : null;
    return (stands === null ? undefined : byFunction.get(keyOf(stands))) ?? named(name);
  };
  // An event's name is one probe's: where it stands need not be looked up for every line.
  const known = new Map<string, Found | undefined>();
  return {
    named,
    find: (record) => {
      if (!known.has(record.name)) known.set(record.name, find(record));
      return known.get(record.name);
    },
    fieldsOf: ({ values }) => {
      let renamed: Map<string, string> | undefined;
      for (const [other, name] of synonyms) {
        const value = values.get(other);
        if (value === undefined || values.has(name)) continue;
        renamed ??= new Map(values);
        renamed.set(name, value);
      }
      return renamed ?? values;
    },
  };
};
