import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from './line.ts';
import { parseFields } from './probe-fields.ts';
import { type PlainLine, readPlainly } from './reference-reader.testing.ts';
import { TextReader } from './text-reader.ts';

const encoder = new TextEncoder();

/** What is read of bytes that come in these pieces; each chunk's rows are asked for before the next. */
const readPieces = (pieces: Iterable<Uint8Array>): readonly (PlainLine & { readonly line: Line })[] => {
  const reader = new TextReader();
  const read: (PlainLine & { readonly line: Line })[] = [];
  const take = (rows: Iterable<Line>): void => {
    for (const line of rows) {
      if (line.kind === 'record') {
        const { comm, buffer, tid, cpu, at, name, fields } = line.record;
        read.push({
          kind: line.kind,
          said: { comm, buffer, tid, cpu, at, name, fields },
          lines: line.lines ?? 1,
          line,
        });
      } else if (line.kind === 'lost') read.push({ kind: line.kind, said: { cpu: line.cpu, count: line.count }, line });
      else read.push({ kind: line.kind, line });
    }
  };
  for (const piece of pieces) for (const rows of reader.read(piece)) take(rows);
  take(reader.end());
  return read;
};

const linesOf = (text: string): readonly Line[] => readPieces([encoder.encode(text)]).map(({ line }) => line);

const recordOf = (text: string) => {
  const [line] = linesOf(`${text}\n`);
  if (line?.kind !== 'record') throw new Error(`expected a record, got ${JSON.stringify(line)}`);
  return line.record;
};

describe('a line of trace_pipe', () => {
  it('gives task, cpu, time in nanoseconds, event and fields', () => {
    const line = '           <...>-644     [001] .....    30.277190: really_probe: (really_probe+0x0/0x380) mdma=0';
    expect(recordOf(line)).toMatchObject({ comm: null, buffer: null, tid: '644', cpu: 1, at: 30_277_190_000 });
    expect(recordOf(line)).toMatchObject({ name: 'really_probe', fields: '(really_probe+0x0/0x380) mdma=0' });
  });

  it.each([
    ['     kworker/0:1-12    [000] d..2. 1.000001: e: f', 'kworker/0:1', '12'],
    ['         a-b 3-7     [000] ..... 1.000001: e: f', 'a-b 3', '7'],
    ['       x [1] y-8     [000] ..... 1.000001: e: f', 'x [1] y', '8'],
    ['    a-1 (22) b-9     [000] ..... 1.000001: e: f', 'a-1 (22) b', '9'],
    ['          <idle>-0       [003] d.h1. 1.000001: e: f', '<idle>', '0'],
    ['                -5       [000] ..... 1.000001: e: f', ' ', '5'],
    ['     kw-orker:-3-77      [000] ..... 1.000001: e: f', 'kw-orker:-3', '77'],
  ])('has a task of any name: %s', (line, comm, tid) => {
    expect(recordOf(line)).toMatchObject({ comm, tid });
  });

  it.each([
    ['h-644   [001]    30.277190123: e: f', 30_277_190_123],
    ['h-644   (    530) [001] ..... 30.277190: e: f', 30_277_190_000],
    ['h-644   (-------) [001] ..... 30.277190: e: f', 30_277_190_000],
    ['h-644     1.....    30.276662: e: f', 30_276_662_000],
    ['       h-644      12dNh2.    30.276661506: e: f', 30_276_661_506],
    ['  sh-530       1d..1.  123us+: e: f', 123_000],
    ['h-644 [001] ..... 4711: e: f', 4711],
    ['h-644 [001] 4711: e: f', 4711],
    ['h-644 [001] ..... 9007199.254740991: e: f', Number.MAX_SAFE_INTEGER],
  ])('has its time behind any columns, of any clock: %s', (line, at) => {
    expect(recordOf(line)).toMatchObject({ at, name: 'e', fields: 'f' });
  });

  it('takes a buffer’s name off the task, and keeps odd characters in the fields', () => {
    expect(recordOf('dat:               sh-530   [001] .....    27.136913: glock: a=1')).toMatchObject({
      comm: 'sh',
      buffer: 'dat',
    });
    expect(recordOf('h-1 [000] ..... 1.0: print: tracing_mark_write: a\rb\u2028c').fields).toContain('a\rb\u2028c');
  });

  it('is what it is, also when its marker quotes another line', () => {
    expect(recordOf('h-1 [000] ..... 1.0: print: saw x-2 [001] ..... 9.0: glock: lock=0x1')).toMatchObject({
      tid: '1',
      name: 'print',
    });
  });
});

describe('other lines', () => {
  it.each([
    ['CPU:1 [LOST 107 EVENTS]', 1, 107],
    ['CPU:0 [LOST EVENTS]', 0, null],
    ['CPU:0 [EVENTS DROPPED]', 0, null],
    ['CPU:0 [44 EVENTS DROPPED]', 0, 44],
    ['dat: CPU:3 [44 EVENTS DROPPED]', 3, 44],
    ['CPU:3 [LOST 9007199254740991 EVENTS]', 3, Number.MAX_SAFE_INTEGER],
    // A number that is none: that events were lost is known all the same.
    ['CPU:3 [LOST 9007199254740992 EVENTS]', 3, null],
    [`CPU:3 [LOST ${'9'.repeat(400)} EVENTS]`, 3, null],
  ])('say how many events the kernel lost: %s', (text, cpu, count) => {
    expect(linesOf(`${text}\n`)).toEqual([{ kind: 'lost', cpu, count }]);
  });

  it.each(['# tracer: nop', '', ' \t', 'version = 7', 'cpus=2', '##### CPU 1 buffer started ####'])(
    'say nothing of the kernel: "%s"',
    (text) => expect(linesOf(`${text}\n`)).toEqual([{ kind: 'comment' }]),
  );

  it('are unreadable, with the reason', () => {
    const reason = 'not of the form "comm-pid [cpu] time: event: fields"';
    expect(linesOf('int main(void)\n')).toEqual([{ kind: 'unreadable', reason }]);
    expect(linesOf('CPU:4294967296 [LOST 3 EVENTS]\n')).toEqual([{ kind: 'unreadable', reason }]);
    const [late] = linesOf('h-1 [000] ..... 9007199.254740992: e: f\n');
    expect(late).toEqual({ kind: 'unreadable', reason: 'time 9007199 is past 2^53 nanoseconds' });
  });

  it('are cut when the file ends in them, however much of them is there', () => {
    expect(linesOf('h-1 [000] ..... 1.0: e: f')).toMatchObject([{ kind: 'unreadable', isCut: true }]);
  });
});

describe('an argument with a newline in it', () => {
  const bind = 'h-1 [000] ..... 1.0: bind_store: (f) drv="e1000" buf="0000:03:02.0';
  const next = 'h-1 [000] ..... 2.0: glock: lock=0x1';

  it('belongs to one event, which took two lines', () => {
    const [line, after] = linesOf(`${bind}\n"\n${next}\n`);
    expect(line).toMatchObject({
      kind: 'record',
      lines: 2,
      record: { fields: '(f) drv="e1000" buf="0000:03:02.0\n"' },
    });
    expect(line?.kind === 'record' && line.record.values.get('buf')).toBe('0000:03:02.0\n');
    expect(after).toMatchObject({ kind: 'record', record: { name: 'glock' } });
  });

  it('does not take in what the kernel says meanwhile, nor the next event', () => {
    const kinds = linesOf(`${bind}\nCPU:1 [LOST 3 EVENTS]\n${bind}\n${next}\n`).map(({ kind }) => kind);
    expect(kinds).toEqual(['record', 'lost', 'record', 'record']);
  });
});

describe('strings that are not closed, before thousands of short lines', () => {
  const open = 'h-1 [000] ..... 1.0: e: buf="';
  // The lines of one event have 64 KiB at most.
  const bytes = encoder.encode(`${open}${'\n'.repeat(1 << 16)}`.repeat(8));

  // Looked through from its beginning at every line, each would be 2 GB of text.
  it.each([1000, 1 << 16, bytes.length])('are read once, in pieces of %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const read = readPieces(pieces);
    expect(read.reduce((sum, { lines = 1 }) => sum + lines, 0)).toBe(8 << 16);
    expect(read.filter(({ kind }) => kind === 'record')).toHaveLength(8);
  });
});

describe('a line without an end', () => {
  it('of more than a megabyte is unreadable, and the next one is read', () => {
    const long = encoder.encode(`h-1 [000] 1.0: e: ${'x'.repeat(3_000_000)}\nh-2 [000] 2.0: e: f\n`);
    const pieces = (size: number) =>
      Array.from({ length: Math.ceil(long.length / size) }, (_, index) =>
        long.subarray(index * size, (index + 1) * size),
      );
    for (const size of [long.length, 65_536, 1_048_576]) {
      const kinds = readPieces(pieces(size)).map(({ kind }) => kind);
      expect(kinds).toEqual(['unreadable', 'record']);
    }
  });
});

describe('text in any pieces', () => {
  const word = (...chars: string[]) =>
    fc.array(fc.constantFrom(...chars), { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
  const comm = fc.oneof(
    fc.constantFrom('<...>', '<idle>', 'kworker/0:1', 'a-b 3', 'é', '#x', 'version = 7', 'dat:   sh'),
    word('a', '-', ' ', '3', '[', ']', '(', ')', ':', '\t', '.'),
  );
  const digits = fc.constantFrom('0', '7', '007', '12', '4711', '9007199', '99999999999999999');
  const name = fc.oneof(fc.constantFrom('glock', 'print'), word('a', '_', '1', 'é', '-'));
  const fields = fc.oneof(
    fc.constantFrom('(f) dev="0000:03:02.0" cnt=1', 'buf="open', '', ' ', 'x-3 [000] 1.0: y: z', '\r', '"'),
    word('a', '"', ' ', '=', ':', '[', ']', '-', '1', '\r', '\\', 'é'),
  );
  const bracket = fc
    .record({
      pad: fc.constantFrom('', ' ', '        ', '\t'),
      comm,
      tid: digits,
      gap: fc.constantFrom(' ', '   ', ''),
      tgid: fc.constantFrom('', '(-------) ', '(   12) ', '() ', '(1)'),
      cpu: fc.constantFrom('[000]', '[1]', '[]', '[12', '000', '1d..2.', '1....'),
      flags: fc.constantFrom(' ', ' d..2. ', '  12  ', '', ' a b '),
      seconds: digits,
      fraction: fc.constantFrom('', '.5', '.000001', '.123456789', '.1234567891', '.', 'us ', 'us+'),
      colon: fc.constantFrom(': ', ': ', ':', '  '),
      name,
      behind: fc.constantFrom(': ', ':', ' '),
      fields,
    })
    .map(
      (of) =>
        `${of.pad}${of.comm}-${of.tid}${of.gap}${of.tgid}${of.cpu}${of.flags}${of.seconds}${of.fraction}${of.colon}${of.name}${of.behind}${of.fields}`,
    );
  const good = fc
    .record({ comm, tid: digits, seconds: fc.constantFrom('1', '22'), name, fields })
    .map((of) => `  ${of.comm}-${of.tid}  [001] d..2.  ${of.seconds}.123456: ${of.name}: ${of.fields}`);
  /** Line after line of one task, as most are. */
  const alike = fc
    .record({ time: fc.constantFrom('1.5', '9', '.5', 'x', '99999999999999999', ' 2.000001'), name, fields })
    .map((of) => `    h-1 [0] b-12   [001] d..2.  ${of.time}: ${of.name}: ${of.fields}`);
  const other = fc.constantFrom(
    '# tracer: nop',
    '',
    ' ',
    'CPU:1 [LOST 3 EVENTS]',
    'CPU:0 [EVENTS DROPPED]',
    'CPU:0 [4 EVENTS]',
    'x: CPU:0 [4 EVENTS DROPPED]',
    '##### CPU 1 buffer started ####',
    'cpus=2',
    'version = 7',
    '"',
    'rest of it" ret=0',
    'a-',
    '[',
    '[000] 1.0: a: b',
    '-1 [000] 1.0: a: b',
  );
  const bytesOf = fc
    .record({
      lines: fc.array(fc.oneof(good, alike, alike, bracket, other), { maxLength: 12 }),
      ends: fc.constantFrom('\n', '\r\n'),
      last: fc.constantFrom('', 'h-1 [000] 1.0: e: f', ' '),
      broken: fc.array(fc.nat(), { maxLength: 2 }),
    })
    .map(({ lines, ends, last, broken }) => {
      const bytes = encoder.encode(lines.map((line) => line + ends).join('') + last);
      // A byte that is no UTF-8.
      for (const at of broken) if (bytes.length > 0 && bytes[at % bytes.length] !== 10) bytes[at % bytes.length] = 0xc3;
      return bytes;
    });

  it('is read as the plain reader reads the whole', () => {
    fc.assert(
      fc.property(bytesOf, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (bytes, sizes) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] as number;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const read = readPieces(pieces).map(({ line: _, ...plain }) => plain);
        expect(read).toEqual(readPlainly(bytes));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the fields of a probe', () => {
  it('are name=value words and quoted strings', () => {
    const fields = parseFields('(func+0x0/0x30 <- other) dev="0000:03:02.0" gp=0xff11 cnt=1 drv="a b"');
    expect([...fields]).toEqual([
      ['dev', '0000:03:02.0'],
      ['gp', '0xff11'],
      ['cnt', '1'],
      ['drv', 'a b'],
    ]);
  });
});
