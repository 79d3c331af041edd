import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFields } from '../probe-fields.ts';
import { parseFormat } from './event-format.ts';
import { type Machine, printerOf } from './print-event.ts';
import { readKallsyms, readPrintkFormats } from './symbols.ts';
import { write } from './trace-dat.testing.ts';

const machine: Machine = {
  little: true,
  longSize: 8,
  symbolAt: readKallsyms(
    new TextEncoder().encode(
      'ffffffff81000100 t really_probe\nffffffff81000200 T __really_probe\nffffffff81000200 T alias\n' +
        '0000000000010000 A per_cpu\nffffffffc0000000 t vfio_init\t[vfio]\n',
    ),
  ),
  printk: readPrintkFormats('0xffffffff82000000 : "took %d of %s at %ps\\n"\n0xffffffff82000010 : "rcu"\n'),
};

/** Fields, in the order of their bytes, as `declaration size signed`. */
const formatOf = (print: string, ...fields: readonly (readonly [string, number, 0 | 1])[]) => {
  let offset = 8;
  const lines = fields.map(([declaration, size, signed]) => {
    const line = `\tfield:${declaration};\toffset:${offset};\tsize:${size};\tsigned:${signed};`;
    offset += size;
    return line;
  });
  const common = '\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;';
  const text = `name: probe\nID: 1\nformat:\n${common}\n\n${lines.join('\n')}\n\nprint fmt: ${print}\n`;
  const format = parseFormat('kprobes', text, 8);
  if (format === null) throw new Error('no format');
  return format;
};

const eventOf = (...data: Parameters<typeof write> extends [boolean, ...infer Parts] ? Parts : never) => {
  const bytes = write(true, new Uint8Array(8), ...data);
  return { bytes, view: new DataView(bytes.buffer), start: 0, end: bytes.length };
};

const printed = (format: ReturnType<typeof formatOf>, event: ReturnType<typeof eventOf>): string =>
  printerOf(format, machine).fields(event);

const long = ['unsigned long x', 8, 0] as const;
const int = ['int x', 4, 1] as const;

describe('a print format', () => {
  it.each([
    ['"(%lx)", REC->x', long, { u64: 0xffff_ffff_8100_0100n }, '(ffffffff81000100)'],
    ['"0x%lx", REC->x', long, { u64: 0 }, '0x0'],
    ['"%lx", REC->x', long, { u64: 0x1_0000_0001n }, '100000001'],
    ['"%ld", REC->x', long, { u64: -13n }, '-13'],
    ['"%d", REC->x', int, { u32: 0xffff_fff0 }, '-16'],
    ['"%u", REC->x', int, { u32: 0xffff_fff0 }, '4294967280'],
    ['"%d", REC->x', ['s16 x', 2, 1] as const, { u16: 0xffff }, '-1'],
    ['"0x%x", REC->x', ['u8 x', 1, 0] as const, { u8: 0xfe }, '0xfe'],
    ['"%#x %04d|%-4d|%4d|%+d", REC->x, REC->x, REC->x, REC->x, REC->x', int, { u32: 10 }, '0xa 0010|10  |  10|+10'],
    ['"%c", REC->x', int, { u32: 0x41 }, 'A'],
    [
      '"%ps %pS", (void *)REC->x, (void *)REC->x',
      long,
      { u64: 0xffff_ffff_8100_0110n },
      'really_probe really_probe+0x10',
    ],
    ['"%ps", (void *)REC->x', long, { u64: 0xffff_ffff_8100_0200n }, '__really_probe'],
    ['"%ps", (void *)REC->x', long, { u64: 5 }, '0x5'],
    ['"%p", REC->x', long, { u64: 0 }, '(nil)'],
    ['"%s", REC->x', ['const char * x', 8, 0] as const, { u64: 0xffff_ffff_8200_0010n }, 'rcu'],
    ['"%s%%", __print_symbolic(REC->x, { 0, "no" }, { 1, "yes" })', int, { u32: 1 }, 'yes%'],
    ['"%s", __print_symbolic(REC->x, { 0, "no" }, { -1, ((void *)0) })', int, { u32: 7 }, '0x7'],
    ['"%s", __print_flags(REC->x, "|", { 1UL << 0, "A" }, { 0x4, "C" })', int, { u32: 0xd }, 'A|C|0x8'],
    ['"%s", REC->x < 0 ? "refused" : "granted"', int, { u32: 0xffff_ffff }, 'refused'],
    ['"%d", (REC->x >> 1) + 2 * 3 % 4 - (1 ? 1 : 0)', int, { u32: 10 }, '6'],
    ['"%d", REC->x & (1 | 4)', int, { u32: 0xd }, '5'],
    ['"%d", REC->x / 0', int, { u32: 1 }, '0'],
    ['"%*d|%.3d", 4, REC->x, REC->x', int, { u32: 7 }, '   7|007'],
    ['"%s", __print_hex(REC->x, 3)', ['u8 x[4]', 4, 0] as const, { u32: 0x0403_0201 }, '01 02 03'],
    ['"{%d,%d}", REC->x[0], REC->x[1]', ['s32 x[2]', 8, 1] as const, { u64: 0xffff_ffff_0000_0001n }, '{1,-1}'],
    ['"%pI4", REC->x', ['__u8 x[4]', 4, 0] as const, { u32: 0x0100_007f }, '127.0.0.1'],
    ['"%pM", REC->x', ['u8 x[6]', 6, 0] as const, new Uint8Array([1, 2, 3, 4, 5, 255]), '01:02:03:04:05:ff'],
    ['"%s" " and more", REC->x', ['char x[4]', 4, 1] as const, new Uint8Array([97, 98, 0, 99]), 'ab and more'],
  ] as const)('%s prints %#', (print, field, data, text) => {
    const format = formatOf(print, field);
    expect(printerOf(format, machine).fallback).toBe(false);
    expect(printed(format, eventOf(data))).toBe(text);
  });

  it('of a kretprobe with a string prints as trace-cmd does', () => {
    const format = formatOf(
      '"(%lx <- %lx) dev=\\"%s\\" ret=%d", REC->__probe_func, REC->__probe_ret_ip, __get_str(dev), REC->ret',
      ['unsigned long __probe_func', 8, 0],
      ['unsigned long __probe_ret_ip', 8, 0],
      ['__data_loc char[] dev', 4, 1],
      ['s32 ret', 4, 1],
    );
    const at = 8 + 8 + 8 + 4 + 4;
    const event = eventOf({ u64: 16 }, { u64: 17 }, { u32: (13 << 16) | at }, { u32: -1 >>> 0 }, '0000:03:02.0');
    const { fields, values } = printerOf(format, machine);
    expect(fields(event)).toBe('(10 <- 11) dev="0000:03:02.0" ret=-1');
    expect([...values(event)]).toEqual([
      ['dev', '0000:03:02.0'],
      ['ret', '-1'],
    ]);
  });

  it('finds a string by its distance from the field where the kernel stores that', () => {
    const format = formatOf('"%s", __get_rel_str(s)', ['__rel_loc char[] s', 4, 1], ['int x', 4, 1]);
    // 4 bytes lie between the end of the field and the string.
    expect(printed(format, eventOf({ u32: (3 << 16) | 4 }, { u32: 0 }, 'hi'))).toBe('hi');
  });

  it('that asks what is not in the trace is replaced by the fields', () => {
    const format = formatOf('"age=%lu", (jiffies - REC->x) / 250', long, ['int y', 4, 1]);
    expect(printerOf(format, machine).fallback).toBe(true);
    expect(printed(format, eventOf({ u64: 255 }, { u32: -1 >>> 0 }))).toBe('x=0xff y=-1');
  });

  it('that is nonsense is replaced by the fields, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'()[]{}"%,?:*&-> REC->x0d') }), (print) => {
        const format = formatOf(print, int);
        const printer = printerOf(format, machine);
        const event = eventOf({ u32: 3 });
        expect(typeof printer.fields(event)).toBe('string');
        expect(printer.values(event)).toEqual(parseFields(printer.fields(event)));
      }),
    );
    const nested = `"%d", ${'('.repeat(100_000)}REC->x`;
    expect(printerOf(formatOf(nested, int), machine).fallback).toBe(true);
    const chain = `"%d", REC->x${' + 1'.repeat(15_000)}`;
    expect(printerOf(formatOf(chain, int), machine).fallback).toBe(true);
  });

  it('gives the values that are read out of its text, whatever the strings hold', () => {
    const format = formatOf(
      '"(%lx) dev=\\"%s\\" gp=0x%lx cnt=%d", REC->ip, __get_str(dev), REC->gp, REC->cnt',
      ['unsigned long ip', 8, 0],
      ['__data_loc char[] dev', 4, 1],
      ['u64 gp', 8, 0],
      ['s32 cnt', 4, 1],
    );
    const { fields, values } = printerOf(format, machine);
    const text = fc.string({ unit: fc.constantFrom(...'ab =\\"\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer(), (dev, gp, cnt) => {
        const event = eventOf({ u64: 1 }, { u32: ((dev.length + 1) << 16) | 32 }, { u64: gp }, { u32: cnt >>> 0 }, dev);
        expect([...values(event)]).toEqual([...parseFields(fields(event))]);
        expect(values(event).get('gp')).toBe(dev.includes('"') ? values(event).get('gp') : `0x${gp.toString(16)}`);
      }),
    );
  });
});

describe('trace_printk()', () => {
  const format = parseFormat(
    'ftrace',
    'name: bprint\nID: 6\nformat:\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n' +
      '\tfield:unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;\n\tfield:const char * fmt;\toffset:16;\tsize:8;\tsigned:0;\n' +
      '\tfield:u32 buf[];\toffset:24;\tsize:0;\tsigned:0;\n\nprint fmt: "%ps: %s", (void *)REC->ip, REC->fmt\n',
    8,
  );

  it('is printed by the format that printk_formats has at its address', () => {
    if (format === null) throw new Error('no format');
    const place = [{ u64: 0xffff_ffff_8100_0108n }, { u64: 0xffff_ffff_8200_0000n }];
    // "of" the string ends at an odd byte; the next number begins at the next word.
    const event = eventOf(...place, { u32: -2 >>> 0 }, 'gp', { u8: 0 }, { u64: 0xffff_ffff_c000_0010n });
    expect(printed(format, event)).toBe('really_probe: took -2 of gp at vfio_init');
    const unknown = eventOf({ u64: 0xffff_ffff_8100_0108n }, { u64: 1 });
    expect(printed(format, unknown)).toBe('really_probe: (NO FORMAT FOUND at 1)');
  });
});
