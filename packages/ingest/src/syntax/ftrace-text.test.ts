import { describe, expect, it } from 'vitest';
import { parseLine } from './ftrace-text.ts';
import { parseFields } from './probe-fields.ts';

const recordOf = (text: string) => {
  const line = parseLine(text);
  if (line.kind !== 'record') throw new Error(`expected a record, got ${JSON.stringify(line)}`);
  return line.record;
};

describe('a line of trace_pipe', () => {
  it('gives task, cpu, time in nanoseconds, event and fields', () => {
    const line = '           <...>-644     [001] .....    30.277190: really_probe: (really_probe+0x0/0x380) mdma=0';
    expect(recordOf(line)).toMatchObject({
      comm: null,
      buffer: null,
      tid: '644',
      cpu: 1,
      at: 30_277_190_000,
      name: 'really_probe',
      fields: '(really_probe+0x0/0x380) mdma=0',
    });
  });

  it('keeps a dash in the name of a task', () => {
    expect(recordOf('     kworker/0:1-12    [000] d..2. 1.000001: glock: lock=0x1')).toMatchObject({
      comm: 'kworker/0:1',
      tid: '12',
    });
  });

  it('reads the report of trace-cmd, which has no flags column', () => {
    expect(recordOf('h-644   [001]    30.277190123: glock: lock=0x1').at).toBe(30_277_190_123);
  });

  it('reads a clock that counts without fractions', () => {
    expect(recordOf('h-644 [001] ..... 4711: glock: lock=0x1').at).toBe(4711);
  });

  it('takes a buffer’s name off the task, and keeps odd characters in the fields', () => {
    expect(recordOf('dat:               sh-530   [001] .....    27.136913: glock: a=1')).toMatchObject({
      comm: 'sh',
      buffer: 'dat',
    });
    expect(recordOf('h-1 [000] ..... 1.0: print: tracing_mark_write: a\rb\u2028c').fields).toContain('a\rb\u2028c');
  });

  it('says how many events the kernel lost', () => {
    expect(parseLine('CPU:1 [LOST 107 EVENTS]')).toEqual({ kind: 'lost', cpu: 1, count: 107 });
  });

  it('is unreadable, with the reason, when it is something else', () => {
    expect(parseLine('int main(void)')).toMatchObject({ kind: 'unreadable' });
    expect(parseLine('# tracer: nop')).toEqual({ kind: 'comment' });
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
