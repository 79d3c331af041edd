/** One field of an event, from its `format` file. Offsets and sizes are bytes within the event. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** Elements have `elementSize` bytes; `size` 0 means that the array goes to the end of the event. */
  readonly array: boolean;
  readonly elementSize: number;
  /** The field holds where the data is (`__data_loc`, or `__rel_loc`, counted from the field's end), not the data. */
  readonly dynamic: 'data' | 'relative' | null;
}

/** A trace event as tracefs `events/<system>/<name>/format` describes it. */
export interface EventFormat {
  readonly system: string;
  readonly name: string;
  readonly id: number;
  readonly fields: ReadonlyMap<string, Field>;
  /** An event with fewer bytes does not hold its fields; arrays may be shorter than they are declared. */
  readonly leastSize: number;
  readonly printFormat: string;
}

const fieldShape = /^\s*field:([^;]{1,200});\s*offset:(\d{1,6});\s*size:(\d{1,6});(?:\s*signed:(\d);)?/;
const declarationShape = /^(.*?)(\w+)\s*(?:\[([^\]]*)\])*$/;

const typeSizes: readonly (readonly [RegExp, number])[] = [
  [/\b(char|bool|[us]8|u?int8_t|__u8)\b/, 1],
  [/\b(short|[us]16|u?int16_t|__u16)\b/, 2],
  [/\b(long long|[us]64|u?int64_t|__u64)\b/, 8],
  [/\blong\b|\*/, 0],
  [/\b(int|unsigned|[us]32|u?int32_t|__u32)\b/, 4],
];

const elementSizeOf = (type: string, longSize: number): number =>
  (typeSizes.find(([shape]) => shape.test(type))?.[1] ?? 1) || longSize;

const fieldOf = ([, declaration = '', offset, size, signed]: RegExpExecArray, longSize: number): Field | null => {
  const parts = declarationShape.exec(declaration.trim());
  if (!parts) return null;
  const [, before = '', name = '', length] = parts;
  const dynamic = before.startsWith('__data_loc') ? 'data' : before.startsWith('__rel_loc') ? 'relative' : null;
  const type = before
    .replace(/^__(data|rel)_loc\s+/, '')
    .replace(/\[\]/g, '')
    .trim();
  const bytes = Number(size);
  const count = Number(length);
  const even = length !== undefined && count > 0 && bytes % count === 0;
  return {
    name,
    type,
    offset: Number(offset),
    size: bytes,
    signed: signed === '1',
    array: length !== undefined || dynamic !== null,
    elementSize: dynamic === null && even ? bytes / count : elementSizeOf(type, longSize),
    dynamic,
  };
};

/** The event's id, without reading the rest; null when the text is not that of a format file. */
export const idOf = (text: string): number | null => {
  const id = /^ID:\s*(\d{1,5})\s*$/m.exec(text);
  return id ? Number(id[1]) : null;
};

/** The longest of a kernel has 20 kB. */
const longest = 262_144;

/** @returns null when the text has no name or no id, or is no format file for its length alone. */
export const parseFormat = (system: string, text: string, longSize: number): EventFormat | null => {
  if (text.length > longest) return null;
  const name = /^name:\s*(\S+)/m.exec(text)?.[1];
  const id = idOf(text);
  if (name === undefined || id === null) return null;
  const print = /^print fmt:\s*/m.exec(text);
  const declared = print ? text.slice(0, print.index) : text;
  const fields = new Map<string, Field>();
  for (const line of declared.split('\n')) {
    const match = fieldShape.exec(line);
    const field = match && fieldOf(match, longSize);
    if (field) fields.set(field.name, field);
  }
  const fixed = [...fields.values()].filter((field) => !field.array || field.dynamic !== null);
  return {
    system,
    name,
    id,
    fields,
    leastSize: Math.max(0, ...fixed.map(({ offset, size }) => offset + size)),
    printFormat: print ? text.slice(print.index + print[0].length).trimEnd() : '',
  };
};
