import { deflateSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '../line.ts';
import { TraceDatError } from './error.ts';
import { nodeTools } from './trace-cmd.testing.ts';
import {
  entry,
  littleMachine,
  type Machine,
  page,
  pageSize,
  type Recording,
  write,
  writeVersion6,
  writeVersion7,
} from './trace-dat.testing.ts';
import { isTraceDat, readTraceDat } from './trace-dat.ts';

/** An event with a number: `glock: cnt=3`. */
const formats = [
  {
    system: 'kprobes',
    text:
      'name: glock\nID: 1500\nformat:\n' +
      '\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n' +
      '\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n' +
      '\tfield:s32 cnt;\toffset:8;\tsize:4;\tsigned:1;\n\n' +
      'print fmt: "cnt=%d", REC->cnt\n',
  },
];

const glock = ({ little }: Machine, cnt: number, pid = 7, id = 1500): Uint8Array =>
  write(little, { u16: id }, { u16: 0 }, { u32: pid }, { u32: cnt >>> 0 });

const recordingOf = (machine: Machine, cpus: Recording['buffers'][number]['cpus'], more: Partial<Recording> = {}) => ({
  machine,
  formats,
  commandLines: '7 sh\n',
  buffers: [{ name: '', cpus }],
  ...more,
});

const lines = (file: Uint8Array): Line[] => readTraceDat(file, nodeTools).lines().toArray();

/** `time cpu fields`, or what is there in place of an event. */
const brief = (line: Line): string => {
  if (line.kind === 'record') return `${line.record.at} ${line.record.cpu} ${line.record.fields}`;
  return line.kind === 'lost' ? `lost ${line.count}` : line.kind === 'unreadable' ? line.reason : 'comment';
};

const machines: readonly Machine[] = [true, false].flatMap((little) =>
  ([4, 8] as const).map((longSize) => ({ little, longSize })),
);
const { event, timeExtend, timeStamp, discarded, padding } = entry(littleMachine);
const ofOneCpu = (...pages: readonly Uint8Array[]) => writeVersion7(recordingOf(littleMachine, [pages]));

describe('a trace.dat', () => {
  it('is recognised by its first ten bytes', () => {
    const file = ofOneCpu();
    expect(isTraceDat(file.subarray(0, 10))).toBe(true);
    expect(isTraceDat(file.subarray(0, 9))).toBe(false);
    expect(isTraceDat(new TextEncoder().encode('# tracer: nop'))).toBe(false);
    expect(() => readTraceDat(new TextEncoder().encode('# tracer: nop'), nodeTools)).toThrow(
      new TraceDatError('there is no trace.dat: it begins with the bytes 17 08 44 and "tracing"', 0),
    );
  });

  it.each(machines)(
    'gives the events of all CPUs in the order of time: $little endian, long of $longSize',
    (machine) => {
      const { event: on } = entry(machine);
      const recording = recordingOf(machine, [
        [page(machine, 1000, [on(0, glock(machine, 1)), on(7, glock(machine, -2))])],
        [page(machine, 1003, [on(0, glock(machine, 3)), on(4, glock(machine, 4))])],
      ]);
      const zlib = { name: 'zlib', compress: deflateSync };
      const zstd = { name: 'zstd', compress: zstdCompressSync };
      const files = [writeVersion6(recording), ...[null, zlib, zstd].map((with_) => writeVersion7(recording, with_))];
      for (const file of files) {
        // At 1007 both have one: the lower CPU goes first.
        expect(lines(file).map(brief)).toEqual(['1000 0 cnt=1', '1003 1 cnt=3', '1007 0 cnt=-2', '1007 1 cnt=4']);
      }
    },
  );

  it('may be read twice', () => {
    const read = readTraceDat(ofOneCpu(page(littleMachine, 5, [event(0, glock(littleMachine, 1))])), nodeTools);
    expect(read.lines().map(brief).toArray()).toEqual(['5 0 cnt=1']);
    expect(read.lines().map(brief).toArray()).toEqual(['5 0 cnt=1']);
  });

  it('says of its tasks what saved_cmdlines knew', () => {
    const pids = [7, 0, 9].map((pid) => event(0, glock(littleMachine, 1, pid)));
    const records = lines(ofOneCpu(page(littleMachine, 5, pids))).map((line) => line.kind === 'record' && line.record);
    expect(records).toMatchObject([
      { comm: 'sh', tid: '7' },
      { comm: '<idle>', tid: '0' },
      { comm: null, tid: '9' },
    ]);
  });

  it('says where it was made, by which clock, and what its instances are', () => {
    const text = (id: number, words: string) => ({ id, data: write(true, words) });
    const recording = recordingOf(littleMachine, [[]], {
      options: [
        text(5, 'Linux host 6.1.0-56-amd64 x86_64'),
        text(9, '3.1.6'),
        text(4, 'local [mono] boot'),
        text(2, 'CPU: 0\noverrun: 3\n'),
      ],
      buffers: [
        { name: 'dat', cpus: [[], [page(littleMachine, 5, [event(0, glock(littleMachine, 1))])]] },
        { name: '', cpus: [[page(littleMachine, 5, [event(0, glock(littleMachine, 2))])]] },
      ],
    });
    const read = readTraceDat(writeVersion7(recording), nodeTools);
    expect(read).toMatchObject({
      version: 7,
      uname: 'Linux host 6.1.0-56-amd64 x86_64',
      clock: 'mono',
      traceCmd: '3.1.6',
      stats: ['CPU: 0\noverrun: 3\n'],
      buffers: [
        { name: null, cpus: [0] },
        { name: 'dat', cpus: [0, 1] },
      ],
    });
    // The top buffer goes first where times are equal.
    expect(
      read
        .lines()
        .map((line) => (line.kind === 'record' ? line.record.buffer : line))
        .toArray(),
    ).toEqual([null, 'dat']);
  });
});

describe('a page of the ring buffer', () => {
  it('tells how many events were lost before it, or that some were', () => {
    const one = event(0, glock(littleMachine, 1));
    const file = ofOneCpu(
      page(littleMachine, 10, [one], { lost: 107 }),
      page(littleMachine, 20, [one], { lost: 'uncounted' }),
      page(littleMachine, 30, [one]),
    );
    expect(lines(file).map(brief)).toEqual(['lost 107', '10 0 cnt=1', 'lost null', '20 0 cnt=1', '30 0 cnt=1']);
  });

  it('has time extends, absolute stamps, and events that were taken back', () => {
    const [one, two, three] = [1, 2, 3].map((cnt) => glock(littleMachine, cnt)) as [Uint8Array, Uint8Array, Uint8Array];
    const file = ofOneCpu(
      page(littleMachine, 10, [event(0, one), timeExtend(2 ** 40), event(1, two), discarded(5, 16), event(1, three)]),
      page(littleMachine, 2 ** 42, [timeStamp(2 ** 43 + 5), event(2, one), padding()]),
    );
    expect(lines(file).map(brief)).toEqual([
      '10 0 cnt=1',
      `${2 ** 40 + 11} 0 cnt=2`,
      `${2 ** 40 + 17} 0 cnt=3`,
      `${2 ** 43 + 7} 0 cnt=1`,
    ]);
  });

  it('gives back whatever was written into it', () => {
    const entries = fc.array(fc.record({ delta: fc.nat(2 ** 27 - 1), cnt: fc.integer(), tail: fc.nat(40) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.constantFrom(...machines), fc.nat(2 ** 50), entries, (machine, start, written) => {
        const { event: on } = entry(machine);
        const body = written.map(({ delta, cnt, tail }) =>
          on(delta, write(machine.little, glock(machine, cnt), new Uint8Array(tail))),
        );
        let at = start;
        const expected = written.map(({ delta, cnt }) => {
          at += delta;
          return `${at} 0 cnt=${cnt}`;
        });
        const file = writeVersion7(recordingOf(machine, [[page(machine, start, body)]]));
        expect(lines(file).map(brief)).toEqual(expected);
      }),
    );
  });
});

describe('times', () => {
  const at = (options: Recording['options'], time: number | bigint): Line[] => {
    const pages = [page(littleMachine, time, [event(0, glock(littleMachine, 1))])];
    return lines(writeVersion7(recordingOf(littleMachine, [pages], { options: options ?? [] })));
  };
  const tsc = (mult: number, shift: number) => ({
    id: 14,
    data: write(true, { u32: mult }, { u32: shift }, { u64: 0 }),
  });

  it('of a TSC are turned into nanoseconds', () => {
    // 2.5 GHz: 0.4 ns a tick, as 0.4 * 2^10 rounded down.
    expect(at([tsc(409, 10)], 10_000_000).map(brief)).toEqual([`${Math.floor((10_000_000 * 409) / 1024)} 0 cnt=1`]);
    // A TSC may stand beyond 2^53 and its nanoseconds below.
    expect(at([tsc(1, 10)], 2n ** 60n).map(brief)).toEqual([`${2 ** 50} 0 cnt=1`]);
  });

  it('are moved by what --date (microseconds) and --ts-offset (nanoseconds) recorded', () => {
    expect(at([{ id: 1, data: write(true, '0x10') }], 5).map(brief)).toEqual(['16005 0 cnt=1']);
    expect(at([{ id: 7, data: write(true, '-3') }], 5).map(brief)).toEqual(['2 0 cnt=1']);
  });

  it('stay on the clock of the trace where the time of day would be beyond 2^53 nanoseconds', () => {
    const day = { id: 1, data: write(true, '0x60a24181e4000') };
    expect(at([day], 5).map(brief)).toEqual(['5 0 cnt=1']);
    const file = writeVersion7(recordingOf(littleMachine, [[]], { options: [day] }));
    expect(readTraceDat(file, nodeTools).notes).toEqual([
      "times are those of the trace's own clock: moved by 1700000000000000000 ns, as asked, they would be beyond 2^53",
    ]);
  });

  it('of a guest are those of its host, between two samples by the straight line', () => {
    const words = (...values: number[]) => values.map((value) => ({ u64: value }));
    const shift = (flags: number) => ({
      id: 12,
      data: write(
        true,
        { u64: 1 },
        { u32: flags },
        { u32: 1 },
        { u32: 2 },
        ...words(0, 100),
        ...words(10, 30),
        ...words(1, 1),
      ),
    });
    expect(at([shift(0)], 50).map(brief)).toEqual(['60 0 cnt=1']);
    expect(at([shift(1)], 50).map(brief)).toEqual(['70 0 cnt=1']);
  });

  it('beyond 2^53 are said to be unreadable, not rounded', () => {
    expect(at([], 2n ** 53n).map(brief)).toEqual([
      expect.stringMatching(/^CPU 0, page at byte \d+: the time of an event is not below 2\^53 nanoseconds$/),
    ]);
  });
});

describe('damage', () => {
  const whole = [1, 2, 3].map((cnt) => page(littleMachine, cnt * 10, [event(0, glock(littleMachine, cnt))]));

  it('to the end of a file costs what is missing, and is told', () => {
    // Options stand before the data in version 6, behind it in version 7.
    const file = writeVersion6(recordingOf(littleMachine, [whole]));
    expect(lines(file.subarray(0, -pageSize)).map(brief)).toEqual([
      '10 0 cnt=1',
      '20 0 cnt=2',
      expect.stringContaining(`the data of CPU 0 should end at byte ${file.length}; the file is cut`),
    ]);
  });

  it('that left a page empty costs its events, and says so', () => {
    const [first, , third] = whole as [Uint8Array, Uint8Array, Uint8Array];
    expect(lines(ofOneCpu(first, new Uint8Array(pageSize), third)).map(brief)).toEqual([
      '10 0 cnt=1',
      expect.stringContaining('a page is empty'),
      'lost null',
      '30 0 cnt=3',
    ]);
  });

  it('to one page costs what follows in that page, and says so', () => {
    const [first, , third] = whole as [Uint8Array, Uint8Array, Uint8Array];
    const lying = page(littleMachine, 20, [
      event(0, glock(littleMachine, 2)),
      new Uint8Array([0, 0, 0, 0, 0xff, 0xff, 0, 0]),
    ]);
    expect(lines(ofOneCpu(first, lying, third)).map(brief)).toEqual([
      '10 0 cnt=1',
      '20 0 cnt=2',
      expect.stringContaining('an event of 65531 bytes goes beyond its page; what follows in it is not read'),
      'lost null',
      '30 0 cnt=3',
    ]);
  });

  it('to one CPU leaves the others', () => {
    const zstd = { name: 'zstd', compress: zstdCompressSync };
    const file = writeVersion7(recordingOf(littleMachine, [whole, whole.slice(0, 1)]), zstd);
    // The first chunk of CPU 0 begins at the first page boundary behind the buffer's section.
    const frame = zstdCompressSync(whole[0] as Uint8Array);
    const chunk = Buffer.from(file).indexOf(frame);
    file.set([0, 0, 0, 0], chunk);
    const read = lines(file).map(brief);
    expect(read).toHaveLength(2);
    expect(read).toContain('10 1 cnt=1');
    expect(read.join()).toMatch(new RegExp(`at byte ${chunk}, chunk 0 of CPU 0 cannot be decompressed`));
  });

  it('that gives one CPU the data of another is refused for that CPU', () => {
    const many = Array.from({ length: 9 }, () => whole).flat();
    const file = writeVersion6(recordingOf(littleMachine, [many, many]));
    const view = new DataView(file.buffer, file.byteOffset);
    const table = Buffer.from(file).lastIndexOf('flyrecord') + 10;
    const offset = view.getUint32(table, true);
    view.setUint32(table + 16, offset, true);
    view.setUint32(table + 24, file.length - offset, true);
    const read = readTraceDat(file, nodeTools);
    expect(read.refused).toEqual([
      expect.stringMatching(`at byte ${offset}, the data of CPU 1 is also that of others`),
    ]);
    expect(
      read
        .lines()
        .filter(({ kind }) => kind === 'record')
        .toArray(),
    ).toHaveLength(many.length);
  });

  it('that makes a small file claim many events is refused before it takes time or memory', () => {
    // 4000 instances of 60,000 CPUs each, all at the one table.
    const table = write(true, { u64: 0 }, 'x');
    const options = Array.from({ length: 4000 }, () => ({ id: 3, data: table }));
    const file = writeVersion6(recordingOf(littleMachine, [], { options, buffers: [{ name: '', cpus: [[]] }] }));
    const padded = write(true, file, new Uint8Array(60_000 * 16));
    const view = new DataView(padded.buffer);
    const at = Buffer.from(padded).lastIndexOf('flyrecord');
    view.setUint32(Buffer.from(padded).indexOf('options  ') - 4, 60_000, true);
    // The offset of each instance comes right before its name.
    const first = Buffer.from(padded).indexOf(table);
    for (let index = 0; index < options.length; index += 1)
      view.setUint32(first + index * (6 + table.length), at, true);
    const start = performance.now();
    const said = lines(padded);
    expect(said.every(({ kind }) => kind === 'unreadable')).toBe(true);
    expect(said.map(brief)).toContainEqual(expect.stringContaining('the buffers have more than 65536 CPUs together'));
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('is an event that no format describes, or that is too short for its own', () => {
    const strange = event(0, glock(littleMachine, 1, 7, 1501));
    const short = event(0, glock(littleMachine, 1).subarray(0, 8));
    expect(lines(ofOneCpu(page(littleMachine, 10, [strange, short]))).map(brief)).toEqual([
      expect.stringContaining('an event has id 1501, which no format in the file describes'),
      expect.stringContaining('an event glock has 8 bytes, but its format needs 12'),
    ]);
  });

  it('is a chunk that claims to hold far more than its bytes can', () => {
    const huge = { name: 'zstd', compress: () => new Uint8Array(12) };
    const file = writeVersion7(recordingOf(littleMachine, [whole]), huge);
    const asked: number[] = [];
    const ask = (_: Uint8Array, size: number): Uint8Array => {
      asked.push(size);
      return new Uint8Array(size);
    };
    // All sizes that the writer put before 12 bytes of nothing become 4 GB.
    const view = new DataView(file.buffer, file.byteOffset);
    for (let at = 0; at + 8 < file.length; at += 1) {
      if (view.getUint32(at, true) === 12 && view.getUint32(at + 4, true) <= pageSize)
        view.setUint32(at + 4, 0xffff_fff0, true);
    }
    const read = readTraceDat(file, { inflate: ask, zstd: ask });
    expect(read.refused.join()).toMatch(/claims to hold 4294967280 bytes in 12/);
    read.lines().toArray();
    expect(asked).toEqual([]);
  });

  it('that hides where the events are is told, and not taken for an empty recording', () => {
    const file = writeVersion7(recordingOf(littleMachine, [whole]));
    const view = new DataView(file.buffer, file.byteOffset);
    // The offset of the options comes behind the name and the version of the compression, which are "none" and "".
    const place = Buffer.from(file).indexOf('none\0\0') + 6;
    const unannounced = writeVersion7(recordingOf(littleMachine, [], { buffers: [] }));
    expect(readTraceDat(unannounced, nodeTools).refused).toEqual([
      expect.stringMatching(/at byte \d+, the options announce no buffer/),
    ]);
    view.setBigUint64(place, 0n, true);
    expect(() => readTraceDat(file, nodeTools)).toThrow(`at byte ${place}, the offset of the options is 0`);

    const older = writeVersion6(recordingOf(littleMachine, [whole]));
    const count = Buffer.from(older).indexOf('options  ') - 4;
    older.fill(0, count, count + 4);
    expect(() => readTraceDat(older, nodeTools)).toThrow('the number of CPUs is 0');
  });

  it.each([
    ['version', 10, 0x39, 'at byte 12, version "9" is named; only 6 and 7 are known'],
    ['byte order', 12, 7, 'at byte 13, byte order 7 is named'],
    ['long', 13, 3, 'at byte 14, a long of 3 bytes is named'],
  ])('in the %s of the head is refused with its place', (_, at, value, message) => {
    const file = ofOneCpu();
    file[at] = value;
    expect(() => readTraceDat(file, nodeTools)).toThrow(message);
    expect(() => readTraceDat(file, nodeTools)).toThrow(TraceDatError);
  });
});
