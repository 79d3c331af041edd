import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinesInOrder } from './lines-in-order.ts';

const line = (at: number, cpu: number, text = 'x'): string =>
  `            left-93      [00${cpu}] .....     ${(at / 1e6).toFixed(6)}: bind_store_ret: ${text}\n`;

/** What is given on when the text comes in pieces of such sizes. */
const givenOn = (text: string, size = 1000): string => {
  const order = new LinesInOrder();
  const bytes = Buffer.from(text, 'latin1');
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(order.add(bytes.subarray(at, at + size)));
  return Buffer.concat([...pieces, order.end()]).toString('latin1');
};

const timesIn = (text: string): number[] => [...text.matchAll(/(\d+\.\d{6}):/g)].map(([, at]) => Number(at));

describe('lines of trace_pipe', () => {
  it('that come late are put before those that overtook them', () => {
    const [early, late, last] = [line(8_168_217, 1), line(8_176_145, 0), line(8_180_924, 1)];
    expect(givenOn(late + early + last)).toBe(early + late + last);
  });

  it('of one time keep their order', () => {
    expect(givenOn(line(5, 1, 'a') + line(5, 0, 'b'))).toBe(line(5, 1, 'a') + line(5, 0, 'b'));
  });

  it('keep what their arguments have behind a newline', () => {
    const broken = line(9, 0, 'buf="0000:03:02.0');
    expect(givenOn(`${broken}"\n${line(8, 1)}`)).toBe(`${line(8, 1)}${broken}"\n`);
    expect(givenOn(`${line(10, 1)}${broken}"\n`)).toBe(`${broken}"\n${line(10, 1)}`);
  });

  it('do not pass a loss', () => {
    const lost = 'CPU:1 [LOST 9 EVENTS]\n';
    expect(givenOn(line(9, 0) + lost + line(8, 1))).toBe(line(9, 0) + lost + line(8, 1));
  });

  it('wait for a tenth of a second of trace, or until nothing comes', () => {
    const order = new LinesInOrder();
    expect(order.add(Buffer.from(line(1_000_000, 0) + line(1_050_000, 0)))).toHaveLength(0);
    expect(Buffer.from(order.add(Buffer.from(line(1_110_000, 0)))).toString()).toBe(line(1_000_000, 0));
    expect(Buffer.from(order.rest()).toString()).toBe(line(1_050_000, 0) + line(1_110_000, 0));
  });

  it('are all given on, in order, however they were cut', () => {
    const cpus = fc.array(fc.tuple(fc.nat(3), fc.nat(20_000)), { maxLength: 200 });
    fc.assert(
      fc.property(cpus, fc.integer({ min: 1, max: 400 }), (written, size) => {
        let at = 1_000_000;
        const text = written
          .map(([cpu, delay]) => {
            at += 500;
            // Late by up to 20 ms: its time is before that of lines that came already.
            return line(at - delay, cpu, 'ä');
          })
          .join('');
        const sorted = givenOn(text, size);
        expect(sorted.split('\n').sort()).toEqual(text.split('\n').sort());
        const times = timesIn(sorted);
        expect(times).toEqual(times.toSorted((left, right) => left - right));
      }),
    );
  });
});
