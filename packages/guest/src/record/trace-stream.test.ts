import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TraceStream } from './trace-stream.ts';

const all = async (stream: TraceStream): Promise<string> => {
  let text = '';
  for await (const piece of stream.pieces()) text += new TextDecoder().decode(piece);
  return text;
};

describe('the trace port', () => {
  it('ends when as many bytes came as the guest says it sent', async () => {
    const port = new PassThrough();
    const stream = new TraceStream(port);
    const read = all(stream);
    port.write('one two ');
    const ended = stream.endAt(13);
    port.write('three');
    await ended;
    expect(await read).toBe('one two three');
  });

  it('gives what came when the machine goes away', async () => {
    const port = new PassThrough();
    const stream = new TraceStream(port);
    const read = all(stream);
    port.once('data', () => port.destroy());
    port.write('half a li');
    expect(await read).toBe('half a li');
    expect(stream.received).toBe(9);
  });
});
