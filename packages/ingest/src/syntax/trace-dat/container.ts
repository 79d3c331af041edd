import { Compression, type Decompressors, largestSection } from './compression.ts';
import { Cursor, textOf } from './cursor.ts';
import { TraceDatError } from './error.ts';
import { type CpuData, mostCpus, noOptions, type Options, readOptions, type SectionName } from './options.ts';

/** What every trace.dat begins with. */
const magic = [0x17, 0x08, 0x44, ...new TextEncoder().encode('tracing')];

/** Whether these first bytes (10 are enough) are those of a trace.dat. */
export const isTraceDat = (head: Uint8Array): boolean =>
  head.length >= magic.length && magic.every((byte, index) => head[index] === byte);

/** The text of an event's `format` file. */
interface FormatFile {
  readonly system: string;
  readonly text: Uint8Array;
}

/** A run of whole ring-buffer pages and where it lies in the file. */
interface PageBlock {
  readonly bytes: Uint8Array;
  /** The file's byte; of a compressed block, the byte at which it begins. */
  readonly at: number;
}

export interface CpuPages {
  readonly cpu: number;
  /** @throws TraceDatError where the data cannot be got at; what came before is good. */
  readonly blocks: () => Generator<PageBlock>;
}

export interface BufferPages {
  readonly name: string | null;
  readonly clock: string | null;
  readonly pageSize: number;
  readonly latency: boolean;
  readonly cpus: readonly CpuPages[];
}

/** A trace.dat taken apart into its sections; what they mean is not looked at. */
export interface Container {
  readonly version: 6 | 7;
  readonly little: boolean;
  /** Bytes of a `long` in the recording machine's user space. */
  readonly longSize: 4 | 8;
  /** "none", "zlib" or "zstd". */
  readonly compression: string;
  readonly headerPage: string;
  readonly formats: readonly FormatFile[];
  /** `/proc/kallsyms`, which is large and seldom needed. */
  readonly kallsyms: () => Uint8Array;
  readonly printk: string;
  readonly commandLines: string;
  readonly options: Options;
  readonly buffers: readonly BufferPages[];
  /** To be called before the pages are read once more. */
  readonly restart: () => void;
  /** Sections and options that could not be read, with the reason. */
  readonly refused: readonly string[];
}

const compressedFlag = 1;
const sectionIds: Readonly<Record<SectionName, number>> = {
  headers: 16,
  'ftrace events': 17,
  'event formats': 18,
  kallsyms: 19,
  printk: 20,
  'command lines': 21,
};
const bufferIds: readonly number[] = [3, 22];

const empty = new Uint8Array();

const headerPageOf = (cursor: Cursor): string => {
  cursor.word('header_page');
  const page = textOf(cursor.block(cursor.u64('the size of header_page'), 'header_page'));
  cursor.word('header_event');
  cursor.block(cursor.u64('the size of header_event'), 'header_event');
  return page;
};

/** An event's id has 16 bits. */
const mostFormats = 65_536;

const formatsOf = (cursor: Cursor, system: string): FormatFile[] => {
  const count = cursor.u32(`the number of formats of "${system}"`);
  if (count > mostFormats) cursor.fail(`${count} formats of "${system}" are announced`);
  const formats: FormatFile[] = [];
  for (let index = 0; index < count; index += 1) {
    const size = cursor.u64(`the size of a format of "${system}"`);
    formats.push({ system, text: cursor.block(size, `a format of "${system}"`) });
  }
  return formats;
};

const systemsOf = (cursor: Cursor): FormatFile[] => {
  const count = cursor.u32('the number of event systems');
  const formats: FormatFile[] = [];
  for (let index = 0; index < count; index += 1) {
    const system = cursor.string('the name of an event system');
    for (const format of formatsOf(cursor, system)) formats.push(format);
    if (formats.length > mostFormats) cursor.fail(`there are more than ${mostFormats} formats`);
  }
  return formats;
};

const sized32 = (cursor: Cursor, what: string): Uint8Array => cursor.block(cursor.u32(`the size of ${what}`), what);
const sized64 = (cursor: Cursor, what: string): Uint8Array => cursor.block(cursor.u64(`the size of ${what}`), what);

/** Sees to it that no two CPUs have the same data: else a small file could hold any number of events. */
class Room {
  #cpus = 0;
  #left: number;
  readonly #fileSize: number;

  constructor(fileSize: number) {
    this.#left = fileSize;
    this.#fileSize = fileSize;
  }

  /** To be asked before the CPUs of a buffer are looked at one by one. */
  admit(cpus: number, at: number): void {
    this.#cpus += cpus;
    if (this.#cpus > mostCpus) throw new TraceDatError(`the buffers have more than ${mostCpus} CPUs together`, at);
  }

  take({ cpu, offset, size }: CpuData): void {
    const there = Math.max(0, Math.min(offset + size, this.#fileSize) - offset);
    if (there > this.#left) throw new TraceDatError(`the data of CPU ${cpu} is also that of others`, offset);
    this.#left -= there;
  }
}

/** CPU data as it lies in the file: one block, as much of it as there is. */
function* plainBlocks(file: Uint8Array, { cpu, offset, size }: CpuData): Generator<PageBlock> {
  if (size === 0) return;
  const end = Math.min(offset + size, file.length);
  if (offset < end) yield { bytes: file.subarray(offset, end), at: offset };
  if (offset + size > file.length) {
    throw new TraceDatError(`the data of CPU ${cpu} should end at byte ${offset + size}; the file is cut`, file.length);
  }
}

function* compressedBlocks(
  file: Uint8Array,
  { cpu, offset, size }: CpuData,
  little: boolean,
  compression: Compression,
): Generator<PageBlock> {
  if (size === 0) return;
  if (offset > file.length) throw new TraceDatError(`the data of CPU ${cpu} should begin; the file is cut`, offset);
  // The size is that of the chunks; the number of chunks stands before them.
  const cursor = new Cursor(file.subarray(0, Math.min(offset + 4 + size, file.length)), little, offset);
  const count = cursor.u32(`the number of chunks of CPU ${cpu}`);
  for (let chunk = 0; chunk < count; chunk += 1) {
    const at = cursor.at;
    const bytes = compression.chunk(cursor, `chunk ${chunk} of CPU ${cpu}`);
    yield { bytes, at };
    compression.letGo(bytes);
  }
}

type Head = Pick<Container, 'version' | 'little' | 'longSize'> & { readonly pageSize: number };

const readHead = (cursor: Cursor): Head => {
  if (!isTraceDat(cursor.bytes)) cursor.fail('there is no trace.dat: it begins with the bytes 17 08 44 and "tracing"');
  cursor.at = magic.length;
  const version = cursor.string('the version');
  if (version !== '6' && version !== '7') {
    cursor.fail(`version ${JSON.stringify(version.slice(0, 20))} is named; only 6 and 7 are known`);
  }
  const endian = cursor.u8('the byte order');
  if (endian > 1) cursor.fail(`byte order ${endian} is named, which is neither 0 (little) nor 1 (big)`);
  const longSize = cursor.u8('the size of a long');
  if (longSize !== 4 && longSize !== 8) cursor.fail(`a long of ${longSize} bytes is named, not 4 or 8`);
  const little = endian === 0;
  const pageSize = new Cursor(cursor.block(4, 'the page size'), little).u32('the page size');
  return { version: version === '6' ? 6 : 7, little, longSize, pageSize };
};

const readVersion6 = (file: Uint8Array, head: Head, start: number): Container => {
  const { little } = head;
  const cursor = new Cursor(file, little, start);
  const headerPage = headerPageOf(cursor);
  const formats = [...formatsOf(cursor, 'ftrace'), ...systemsOf(cursor)];
  const kallsyms = sized32(cursor, 'kallsyms');
  const printk = textOf(sized32(cursor, 'the printk formats'));
  const commandLines = textOf(sized64(cursor, 'the command lines'));
  const cpus = cursor.u32('the number of CPUs');
  if (cpus === 0) cursor.fail('the number of CPUs is 0, so nothing says where the events are');
  const options = noOptions();
  const refused = options.refused;
  let kind = cursor.string('the kind of data');
  if (kind.trim() === 'options') {
    readOptions(options, cursor, 6, little, 0);
    kind = cursor.string('the kind of data');
  }
  const table = (at: Cursor): CpuPages[] => {
    if (cpus * 16 > at.left) at.fail(`the offsets of ${cpus} CPUs are announced in ${at.left} bytes`);
    room.admit(cpus, at.at);
    const pages: CpuPages[] = [];
    for (let cpu = 0; cpu < cpus; cpu += 1) {
      const data = { cpu, offset: at.u64(`the offset of CPU ${cpu}`), size: at.u64(`the size of CPU ${cpu}`) };
      attempt(refused, () => {
        room.take(data);
        pages.push({ cpu, blocks: () => plainBlocks(file, data) });
      });
    }
    return pages;
  };
  const room = new Room(file.length);
  const buffers: BufferPages[] = [];
  const add = (name: string | null, at: Cursor, what: string): void => {
    const bare = { name, clock: null, pageSize: head.pageSize };
    if (what.trim() === 'latency') buffers.push({ ...bare, latency: true, cpus: [] });
    else if (what === 'flyrecord') buffers.push({ ...bare, latency: false, cpus: table(at) });
    else at.fail(`the kind of data is ${JSON.stringify(what.slice(0, 20))}, not "flyrecord"`);
  };
  add(null, cursor, kind);
  for (const { name, offset } of options.buffers) {
    attempt(refused, () => {
      const at = new Cursor(file, little, Math.min(offset, file.length));
      add(name, at, at.string(`the kind of data of buffer "${name}"`));
    });
  }
  const { version, longSize } = head;
  const none = { version, little, longSize, compression: 'none' };
  const restart = () => {};
  const parts = { headerPage, formats, kallsyms: () => kallsyms, printk, commandLines, options, buffers, refused };
  return { ...none, ...parts, restart };
};

/** What fails is written down, and nothing else is lost by it. */
const attempt = (refused: string[], read: () => void): void => {
  try {
    read();
  } catch (error) {
    if (!(error instanceof TraceDatError)) throw error;
    refused.push(error.message);
  }
};

const readVersion7 = (file: Uint8Array, head: Head, start: number, tools: Decompressors): Container => {
  const { version, little, longSize } = head;
  const cursor = new Cursor(file, little, start);
  const compression = new Compression(cursor.string('the compression'), file.length, tools);
  cursor.string('the version of the compression');
  const options = noOptions();
  const refused = options.refused;

  const header = (offset: number, ids: readonly number[], what: string) => {
    const at = new Cursor(file, little, Math.min(offset, file.length));
    const id = at.u16(`the id of ${what}`);
    if (!ids.includes(id)) {
      at.at -= 2;
      at.fail(`${what} should begin, but the section there has id ${id}`);
    }
    const compressed = (at.u16(`the flags of ${what}`) & compressedFlag) !== 0;
    at.u32(`the description of ${what}`);
    return { compressed, size: at.u64(`the size of ${what}`), at };
  };
  const section = (offset: number, id: number, what: string): Cursor => {
    const { compressed, size, at } = header(offset, [id], what);
    const base = at.at;
    if (!compressed) return new Cursor(at.block(size, what), little, 0, base);
    return new Cursor(compression.block(at, what, largestSection), little, 0, base);
  };

  // The first options are the one section that must be there; a chain that comes back to where it was is cut there.
  const seen = new Set<number>();
  const first = cursor.u64('the offset of the options');
  if (first === 0) {
    cursor.at -= 8;
    cursor.fail('the offset of the options is 0, so nothing says where the events are');
  }
  let next = first;
  while (next !== 0 && !seen.has(next)) {
    seen.add(next);
    const offset = next;
    next = 0;
    const read = () => {
      const inside = section(offset, 0, 'the options');
      next = readOptions(options, inside, 7, little, offset);
    };
    if (seen.size === 1) read();
    else attempt(refused, read);
  }

  const named = <T>(name: SectionName, otherwise: T, read: (inside: Cursor) => T): T => {
    const offset = options.sections.get(name);
    let result = otherwise;
    if (offset !== undefined) {
      attempt(refused, () => {
        result = read(section(offset, sectionIds[name], `the section "${name}"`));
      });
    }
    return result;
  };
  const headerPage = named('headers', '', headerPageOf);
  const formats = [
    ...named('ftrace events', [], (inside) => formatsOf(inside, 'ftrace')),
    ...named('event formats', [], systemsOf),
  ];
  const printk = named('printk', '', (inside) => textOf(sized32(inside, 'the printk formats')));
  const commandLines = named('command lines', '', (inside) => textOf(sized64(inside, 'the command lines')));
  const kallsyms = () => named('kallsyms', empty, (inside) => sized32(inside, 'kallsyms'));

  const room = new Room(file.length);
  const buffers: BufferPages[] = [];
  attempt(refused, () => {
    if (options.buffers.length > 0) return;
    throw new TraceDatError('the options announce no buffer, so nothing says where the events are', first);
  });
  for (const { name, clock, offset, latency, pageSize, cpus } of options.buffers) {
    attempt(refused, () => {
      const { compressed } = header(offset, bufferIds, name === null ? 'the top buffer' : `buffer "${name}"`);
      room.admit(cpus?.length ?? 0, offset);
      const pages: CpuPages[] = [];
      for (const data of cpus ?? []) {
        attempt(refused, () => {
          room.take(data);
          const blocks = () =>
            compressed ? compressedBlocks(file, data, little, compression) : plainBlocks(file, data);
          pages.push({ cpu: data.cpu, blocks });
        });
      }
      buffers.push({ name, clock, pageSize: pageSize ?? head.pageSize, latency, cpus: pages });
    });
  }
  const parts = { headerPage, formats, kallsyms, printk, commandLines, options, buffers, refused };
  return { version, little, longSize, compression: compression.name, ...parts, restart: () => compression.restart() };
};

/** @throws TraceDatError when the head, or what everything else hangs on, cannot be read. */
export const readContainer = (file: Uint8Array, tools: Decompressors): Container => {
  const cursor = new Cursor(file, true);
  const head = readHead(cursor);
  return head.version === 6 ? readVersion6(file, head, cursor.at) : readVersion7(file, head, cursor.at, tools);
};
