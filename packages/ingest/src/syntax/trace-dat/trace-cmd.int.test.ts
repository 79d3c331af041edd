import { readFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseFields } from '../probe-fields.ts';
import { readContainer } from './container.ts';
import { parseFormat } from './event-format.ts';
import { anyEvent } from './sample-event.testing.ts';
import { converted, fixture, nodeTools, recordings, reported, told, traceCmdVersion } from './trace-cmd.testing.ts';
import {
  entry,
  littleMachine,
  type Machine,
  page,
  type Recording,
  write,
  writeVersion6,
  writeVersion7,
} from './trace-dat.testing.ts';
import { readTraceDat } from './trace-dat.ts';

const version = traceCmdVersion();

it.runIf(process.env['CI'])('trace-cmd is installed where all is tested', () => {
  expect(version).not.toBeNull();
});

const linesOf = (file: Uint8Array): string[] => readTraceDat(file, nodeTools).lines().map(told).toArray();

describe.skipIf(version === null)('beside trace-cmd report (skipped where it is not installed)', () => {
  it.each(recordings())('$name: every event has the same time, task, name and text, in the same order', ({ file }) => {
    const bytes = readFileSync(file);
    expect(linesOf(bytes)).toEqual(reported(bytes));
  });

  it.each([
    ['6', 'none'],
    ['7', 'none'],
    ['7', 'zstd'],
  ])('a recording converted to version %s, compression %s, reads the same', (to, compression) => {
    const how = to === '6' ? ['--file-version', '6'] : ['--file-version', '7', '--compression', compression];
    const file = converted(fixture(), ...how);
    const read = readTraceDat(file, nodeTools);
    expect({ version: read.version, compression: read.compression }).toEqual({ version: Number(to), compression });
    expect(read.lines().map(told).toArray()).toEqual(linesOf(fixture()));
  });

  it.each([
    ['little endian', { little: true, longSize: 8 }],
    ['big endian', { little: false, longSize: 8 }],
    ['little endian, 32 bits', { little: true, longSize: 4 }],
    ['big endian, 32 bits', { little: false, longSize: 4 }],
  ] as const)('a %s machine: instances, gaps, discarded events, stamps and equal times', (_, machine) => {
    const recording = everyKind(machine);
    const zstd = { name: 'zstd', compress: zstdCompressSync };
    for (const file of [writeVersion6(recording), writeVersion7(recording), writeVersion7(recording, zstd)]) {
      const lines = linesOf(file);
      expect(lines).toEqual(reported(file));
      expect(lines).toHaveLength(15);
    }
  });

  it.each([
    ['an offset', [{ id: 7, data: write(true, '-1000') }]],
    ['the date', [{ id: 1, data: write(true, '0x10') }]],
    ['a TSC', [{ id: 14, data: write(true, { u32: 3_435_973 }, { u32: 23 }, { u64: 0 }) }]],
    ['a host of another clock, by steps', [timeShift(0)]],
    ['a host of another clock, in between', [timeShift(1)]],
  ])('times that are moved by %s', (_, options) => {
    const kinds = everyKind(littleMachine);
    // trace-cmd 3.1 forgets about the host where it reads instances, and mixes two clocks.
    const recording = { ...kinds, buffers: kinds.buffers.filter(({ name }) => name === '') };
    const moved = { ...recording, options: [...(recording.options ?? []), ...options] };
    for (const file of [writeVersion6(moved), writeVersion7(moved)]) {
      const lines = linesOf(file);
      expect(lines).toEqual(reported(file));
      expect(lines).not.toEqual(linesOf(writeVersion7(recording)));
    }
  });

  it('all events of a kernel, with any numbers in them, are printed alike', () => {
    const { formats, kallsyms, printk } = readContainer(fixture(), nodeTools);
    const decoder = new TextDecoder();
    const known = formats.flatMap(({ system, text }) => parseFormat(system, decoder.decode(text), 8) ?? []);
    const events = known.filter(({ name }) => !(name in printedOtherwise)).map((format) => anyEvent(format));
    expect(events.length).toBeGreaterThan(400);
    const { event } = entry(littleMachine);
    const pages = events.map((data, index) => page(littleMachine, 1_000_000_000 + index * 1000, [event(0, data)]));
    const recording = {
      machine: littleMachine,
      formats,
      kallsyms: decoder.decode(kallsyms()),
      printk,
      commandLines: '100 sh\n101 a b\n',
      buffers: [{ name: '', cpus: [pages] }],
    };
    const file = writeVersion7(recording);
    const read = readTraceDat(file, nodeTools);
    const lines = read.lines().toArray();
    expect(lines.map(told)).toEqual(reported(file));
    for (const line of lines) {
      if (line.kind === 'record') expect(line.record.values).toEqual(parseFields(line.record.fields));
    }
  });
});

/** Where trace-cmd 3.1 (libtraceevent 1.7.1) prints what the kernel does not, and so we do not follow it. */
const reasons = {
  sign: 'it takes a negative int for a positive number where it looks for its name',
  kernelVariable: 'it takes a variable of the kernel that is not in the trace (jiffies, vmemmap_base) for 0',
  kernelName: 'it takes an enum that the format does not explain for 0',
  precedence: 'it reads a & (b | c | d) as another expression',
  overrun: '__print_hex runs beyond the end of the array',
  character: 'it cannot print a character that a condition chooses',
  failed: 'it gives up, where we print the fields, or print them without its "[FAILED TO PARSE]"',
} as const;

const printedOtherwise: Readonly<Record<string, keyof typeof reasons>> = {
  inet_sock_set_state: 'sign',
  writeback_start: 'sign',
  mm_page_alloc: 'kernelVariable',
  mm_page_alloc_extfrag: 'kernelVariable',
  mm_page_alloc_zone_locked: 'kernelVariable',
  mm_page_free: 'kernelVariable',
  mm_page_free_batched: 'kernelVariable',
  mm_page_pcpu_drain: 'kernelVariable',
  mm_vmscan_write_folio: 'kernelVariable',
  writeback_sb_inodes_requeue: 'kernelVariable',
  writeback_single_inode: 'kernelVariable',
  writeback_single_inode_start: 'kernelVariable',
  mm_vmscan_throttled: 'kernelName',
  timer_start: 'precedence',
  neigh_event_send_done: 'overrun',
  neigh_event_send_dead: 'overrun',
  neigh_cleanup_and_release: 'overrun',
  neigh_timer_handler: 'overrun',
  neigh_update: 'overrun',
  neigh_update_done: 'overrun',
  rcu_batch_end: 'character',
  ma_op: 'failed',
  ma_read: 'failed',
  ma_write: 'failed',
  prq_report: 'failed',
};

/** Three samples of each CPU, the times between which `everyKind` lies. */
const timeShift = (flags: number) => {
  const words = (...values: number[]) => values.map((value) => ({ u64: value }));
  const times = words(500_000_000, 1_500_000_000, 3_500_000_000);
  const samples = [{ u32: 3 }, ...times, ...words(1000, 3000, -700_000), ...words(1, 1, 1)];
  const fractions = words(0, 0, 0);
  const data = write(true, { u64: 1 }, { u32: flags }, { u32: 2 }, ...samples, ...samples, ...fractions, ...fractions);
  return { id: 12, data };
};

const format = (name: string, id: number, fields: string, print: string, longSize: number) => ({
  system: 'probe',
  text:
    `name: ${name}\nID: ${id}\nformat:\n` +
    '\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n' +
    '\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n' +
    '\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n' +
    `\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n${fields.replaceAll('LONG', String(longSize))}\nprint fmt: ${print}\n`,
});

/** Two CPUs and an instance; every kind of entry that a ring buffer has. */
const everyKind = (machine: Machine): Recording => {
  const { little, longSize } = machine;
  const { event, timeExtend, timeStamp, discarded, padding } = entry(machine);
  const hit = (pid: number, address: number, count: number, name: string): Uint8Array => {
    const text = new TextEncoder().encode(name);
    const at = 8 + longSize + 8;
    const bytes = new Uint8Array(at + text.length + 1);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 1500, little);
    view.setInt32(4, pid, little);
    if (longSize === 8) view.setBigUint64(8, BigInt(address), little);
    else view.setUint32(8, address, little);
    view.setInt32(8 + longSize, count, little);
    view.setUint32(12 + longSize, ((text.length + 1) << 16) | at, little);
    bytes.set(text, at);
    return bytes;
  };
  const second = 1_000_000_000;
  const top = [
    [
      page(machine, second, [event(0, hit(7, 0x8100_0010, 1, 'a')), event(5, hit(7, 0x8100_0010, -2, 'b b'))]),
      page(machine, second + 100, [event(0, hit(8, 0x8100_0020, 3, 'x'.repeat(200)))], { lost: 12 }),
      page(machine, second + 200, [event(0, hit(9, 0x10, 4, 'c')), discarded(3, 24), event(4, hit(9, 0x10, 5, ''))]),
    ],
    [
      page(machine, second, [event(0, hit(0, 0x8100_0010, 6, 'd')), event(50, hit(7, 0x8100_0010, 7, 'e')), padding()]),
      page(machine, second + 100, [event(0, hit(7, 1, 8, 'f')), timeExtend(2 ** 30), event(2, hit(7, 1, 9, 'g'))], {
        lost: 'uncounted',
      }),
      page(machine, second * 3, [event(0, hit(7, 1, 10, 'h')), timeStamp(second * 4), event(1, hit(7, 1, 11, 'i'))]),
    ],
  ];
  const instance = [[], [page(machine, second, [event(0, hit(7, 1, 12, 'j')), event(5, hit(7, 1, 13, 'k'))])]];
  const fields =
    '\tfield:unsigned long ip;\toffset:8;\tsize:LONG;\tsigned:0;\n' +
    `\tfield:int count;\toffset:${8 + longSize};\tsize:4;\tsigned:1;\n` +
    `\tfield:__data_loc char[] name;\toffset:${12 + longSize};\tsize:4;\tsigned:1;\n`;
  const print = '"(%lx) at=%ps count=%d name=\\"%s\\"", REC->ip, (void *)REC->ip, REC->count, __get_str(name)';
  return {
    machine,
    formats: [format('hit', 1500, fields, print, longSize)],
    kallsyms: '0000000081000000 T first\n0000000081000020 T second\t[module]\n',
    commandLines: '7 sh\n8 a-b c\n',
    options: [{ id: 8, data: new Uint8Array(little ? [2, 0, 0, 0] : [0, 0, 0, 2]) }],
    buffers: [
      { name: '', cpus: top },
      { name: 'other', cpus: instance },
    ],
  };
};
