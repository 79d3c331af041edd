/** Writes trace.dat files for tests, as trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5) lay them down. */

export interface Machine {
  readonly little: boolean;
  readonly longSize: 4 | 8;
}

export const littleMachine: Machine = { little: true, longSize: 8 };

/** A string is written with its NUL; a number with as many bytes as its letter says. */
type Part =
  | string
  | Uint8Array
  | { readonly u8: number }
  | { readonly u16: number }
  | { readonly u32: number }
  | { readonly u64: number | bigint };

const sizeOf = (part: Part): number => {
  if (typeof part === 'string') return new TextEncoder().encode(part).length + 1;
  if (part instanceof Uint8Array) return part.length;
  return 'u8' in part ? 1 : 'u16' in part ? 2 : 'u32' in part ? 4 : 8;
};

export const write = (little: boolean, ...parts: readonly Part[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + sizeOf(part), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') bytes.set(new TextEncoder().encode(part), at);
    else if (part instanceof Uint8Array) bytes.set(part, at);
    else if ('u8' in part) view.setUint8(at, part.u8);
    else if ('u16' in part) view.setUint16(at, part.u16, little);
    else if ('u32' in part) view.setUint32(at, part.u32, little);
    else view.setBigUint64(at, BigInt.asUintN(64, BigInt(part.u64)), little);
    at += sizeOf(part);
  }
  return bytes;
};

export const pageSize = 4096;

const headWord = (little: boolean, type: number, delta: number): Part => ({
  u32: (little ? (delta << 5) | type : (type << 27) | delta) >>> 0,
});

/** What may lie in a page. */
export const entry = ({ little }: Machine) => ({
  /** `delta` nanoseconds after what came before. */
  event: (delta: number, data: Uint8Array): Uint8Array => {
    const whole = Math.ceil(data.length / 4) * 4;
    const padded = write(little, data, new Uint8Array(whole - data.length));
    return whole > 0 && whole <= 28 * 4 && whole === data.length
      ? write(little, headWord(little, whole / 4, delta), padded)
      : write(little, headWord(little, 0, delta), { u32: data.length + 4 }, padded);
  },
  timeExtend: (delta: number): Uint8Array =>
    write(little, headWord(little, 30, delta % 2 ** 27), { u32: Math.floor(delta / 2 ** 27) }),
  timeStamp: (time: number): Uint8Array =>
    write(little, headWord(little, 31, time % 2 ** 27), { u32: Math.floor(time / 2 ** 27) }),
  /** An event that the kernel took back. */
  discarded: (delta: number, size: number): Uint8Array =>
    write(little, headWord(little, 29, delta), { u32: size }, new Uint8Array(size - 4)),
  padding: (): Uint8Array => write(little, headWord(little, 29, 0)),
});

export interface PageOptions {
  /** Events lost before it: how many, or 'uncounted'. */
  readonly lost?: number | 'uncounted';
}

/** A ring-buffer page of `pageSize` bytes. */
export const page = (
  { little, longSize }: Machine,
  time: number | bigint,
  entries: readonly Uint8Array[],
  { lost }: PageOptions = {},
): Uint8Array => {
  const body = write(little, ...entries);
  const long = (value: number): Part => (longSize === 8 ? { u64: value } : { u32: value });
  const flags = lost === undefined ? 0 : lost === 'uncounted' ? 2 ** 31 : 2 ** 31 + 2 ** 30;
  const stored = typeof lost === 'number' ? [long(lost)] : [];
  const bytes = write(little, { u64: time }, long(body.length + flags), body, ...stored);
  return write(little, bytes, new Uint8Array(pageSize - bytes.length));
};

interface Buffer {
  /** '' is the top one. */
  readonly name: string;
  /** The pages of each CPU. */
  readonly cpus: readonly (readonly Uint8Array[])[];
}

export interface Recording {
  readonly machine: Machine;
  readonly formats: readonly { readonly system: string; readonly text: string | Uint8Array }[];
  readonly kallsyms?: string;
  readonly printk?: string;
  readonly commandLines?: string;
  /** Beside those that point to sections and buffers. */
  readonly options?: readonly { readonly id: number; readonly data: Uint8Array }[];
  readonly buffers: readonly Buffer[];
}

const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? new TextEncoder().encode(text) : text;

const headerPage = ({ longSize }: Machine): string =>
  `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n` +
  `\tfield: local_t commit;\toffset:8;\tsize:${longSize};\tsigned:1;\n` +
  `\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n` +
  `\tfield: char data;\toffset:${8 + longSize};\tsize:${pageSize - 8 - longSize};\tsigned:1;\n`;

const headerEvent = '# compressed entry header\n\ttype_len    :    5 bits\n';

const head = (version: 6 | 7, { little, longSize }: Machine): Uint8Array =>
  write(
    little,
    new Uint8Array([0x17, 0x08, 0x44]),
    new TextEncoder().encode('tracing'),
    String(version),
    { u8: little ? 0 : 1 },
    { u8: longSize },
    { u32: pageSize },
  );

const metadata = ({ machine, formats, kallsyms = '', printk = '', commandLines = '' }: Recording) => {
  const { little } = machine;
  const sized = (size: 'u32' | 'u64', text: string | Uint8Array): Uint8Array => {
    const bytes = bytesOf(text);
    return write(little, size === 'u32' ? { u32: bytes.length } : { u64: bytes.length }, bytes);
  };
  const systems = Map.groupBy(formats, ({ system }) => system);
  const texts = (system: string): Uint8Array => {
    const own = systems.get(system) ?? [];
    return write(little, { u32: own.length }, ...own.map(({ text }) => sized('u64', text)));
  };
  const others = [...systems.keys()].filter((system) => system !== 'ftrace');
  return {
    headers: write(little, 'header_page', sized('u64', headerPage(machine)), 'header_event', sized('u64', headerEvent)),
    ftrace: texts('ftrace'),
    events: write(little, { u32: others.length }, ...others.flatMap((system) => [system, texts(system)])),
    kallsyms: sized('u32', kallsyms),
    printk: sized('u32', printk),
    commandLines: sized('u64', commandLines),
  };
};

const option = (little: boolean, id: number, data: Uint8Array): Uint8Array =>
  write(little, { u16: id }, { u32: data.length }, data);

const aligned = (size: number): number => Math.ceil(size / pageSize) * pageSize;

export const writeVersion6 = (recording: Recording): Uint8Array => {
  const { machine, options = [], buffers } = recording;
  const { little } = machine;
  const { headers, ftrace, events, kallsyms, printk, commandLines } = metadata(recording);
  const cpus = Math.max(...buffers.map((buffer) => buffer.cpus.length));
  const begin = write(little, head(6, machine), headers, ftrace, events, kallsyms, printk, commandLines, { u32: cpus });
  const top = buffers.find(({ name }) => name === '') ?? { name: '', cpus: [] };
  const named = buffers.filter(({ name }) => name !== '');
  // Offsets do not change sizes: the file is laid out twice, the second time with the offsets of the first.
  const layOut = (tables: readonly number[], data: readonly (readonly number[])[]) => {
    const table = (buffer: Buffer, index: number): Uint8Array =>
      write(
        little,
        'flyrecord',
        ...Array.from({ length: cpus }, (_, cpu) => [
          { u64: data[index]?.[cpu] ?? 0 },
          { u64: (buffer.cpus[cpu]?.length ?? 0) * pageSize },
        ]).flat(),
      );
    const said = [
      ...options.map(({ id, data: bytes }) => option(little, id, bytes)),
      ...named.map(({ name }, index) => option(little, 3, write(little, { u64: tables[index + 1] ?? 0 }, name))),
    ];
    const parts: Uint8Array[] = [begin, write(little, 'options  ', ...said, { u16: 0 })];
    const sizeSoFar = () => parts.reduce((sum, part) => sum + part.length, 0);
    const tableAt: number[] = [];
    for (const [index, buffer] of [top, ...named].entries()) {
      tableAt.push(sizeSoFar());
      parts.push(table(buffer, index));
    }
    const dataAt = [top, ...named].map((buffer) =>
      Array.from({ length: cpus }, (_, cpu) => {
        parts.push(new Uint8Array(aligned(sizeSoFar()) - sizeSoFar()));
        const at = sizeSoFar();
        parts.push(...(buffer.cpus[cpu] ?? []));
        return at;
      }),
    );
    return { tableAt, dataAt, bytes: write(little, ...parts) };
  };
  const first = layOut([], []);
  return layOut(first.tableAt, first.dataAt).bytes;
};

export interface Compressor {
  readonly name: string;
  readonly compress: (bytes: Uint8Array) => Uint8Array;
}

export const writeVersion7 = (recording: Recording, compressor: Compressor | null = null): Uint8Array => {
  const { machine, options = [], buffers } = recording;
  const { little } = machine;
  const { headers, ftrace, events, kallsyms, printk, commandLines } = metadata(recording);
  const opening = write(little, head(7, machine), compressor?.name ?? 'none', compressor ? '1' : '');
  const parts: Uint8Array[] = [opening, new Uint8Array(8)];
  let size = opening.length + 8;
  const add = (bytes: Uint8Array): number => {
    parts.push(bytes);
    size += bytes.length;
    return size - bytes.length;
  };
  const block = (bytes: Uint8Array): Uint8Array => {
    if (compressor === null) return bytes;
    const small = compressor.compress(bytes);
    return write(little, { u32: small.length }, { u32: bytes.length }, small);
  };
  const section = (id: number, bytes: Uint8Array): number =>
    add(
      write(little, { u16: id }, { u16: compressor ? 1 : 0 }, { u32: 0 }, { u64: block(bytes).length }, block(bytes)),
    );
  const sections = [headers, ftrace, events, kallsyms, printk, commandLines].map((bytes, index) => ({
    id: 16 + index,
    data: write(little, { u64: section(16 + index, bytes) }),
  }));
  const described = buffers.map(({ name, cpus }) => {
    const at = add(write(little, { u16: 3 }, { u16: compressor ? 1 : 0 }, { u32: 0 }, { u64: 0 }));
    const places = cpus.map((pages, cpu) => {
      add(new Uint8Array(aligned(size) - size));
      const chunks = compressor ? [write(little, { u32: pages.length }), ...pages.map(block)] : pages;
      const from = add(write(little, ...chunks));
      return write(little, { u32: cpu }, { u64: from }, { u64: size - from - (compressor ? 4 : 0) });
    });
    const data = write(little, { u64: at }, name, 'mono', { u32: pageSize }, { u32: cpus.length }, ...places);
    return { id: 3, data };
  });
  const chain = write(
    little,
    ...[...sections, ...options, ...described].map(({ id, data }) => option(little, id, data)),
    option(little, 0, new Uint8Array(8)),
  );
  const optionsAt = add(write(little, { u16: 0 }, { u16: 0 }, { u32: 0 }, { u64: chain.length }, chain));
  parts[1] = write(little, { u64: optionsAt });
  return write(little, ...parts);
};
