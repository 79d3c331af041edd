import { describe, expect, it } from 'vitest';
import { type ControlMessage, ControlReader } from './control-message.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const readAll = (bytes: Uint8Array, pieceSize: number): ControlMessage[] => {
  const reader = new ControlReader();
  const messages: ControlMessage[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize)
    messages.push(...reader.read(bytes.subarray(at, at + pieceSize)));
  return messages;
};

const spoken = bytesOf(
  [
    'hello 1 6.1.0-56-amd64',
    'stage mounted 1.25',
    'probe ok really_probe',
    'probe reject gacq Invalid $-variable specified',
    'file stats 13\nentries: 0\nab\narmed',
    'tally binder bind EBUSY 28',
    'oops kernel BUG at drivers/vfio/vfio.c:698!',
    'trouble This kernel has no BTF',
    'trace-end 81234',
    'done',
    '',
  ].join('\n'),
);

describe('the control port', () => {
  it.each([1, 2, 7, 4096])('says the same in pieces of %i bytes', (pieceSize) => {
    expect(readAll(spoken, pieceSize)).toEqual([
      { kind: 'hello', protocol: 1, release: '6.1.0-56-amd64' },
      { kind: 'stage', name: 'mounted', seconds: 1.25 },
      { kind: 'probe', outcome: 'ok', name: 'really_probe', reason: '' },
      { kind: 'probe', outcome: 'reject', name: 'gacq', reason: 'Invalid $-variable specified' },
      { kind: 'file', name: 'stats', bytes: bytesOf('entries: 0\nab') },
      { kind: 'other', line: '' },
      { kind: 'armed' },
      { kind: 'tally', thread: 'binder', op: 'bind', errno: 'EBUSY', count: 28 },
      { kind: 'oops', text: 'kernel BUG at drivers/vfio/vfio.c:698!' },
      { kind: 'trouble', text: 'This kernel has no BTF' },
      { kind: 'trace-end', bytes: 81234 },
      { kind: 'done' },
    ]);
  });

  it('keeps a file of nothing, and the line after it', () => {
    expect(readAll(bytesOf('file names.json 0\narmed\n'), 64)).toEqual([
      { kind: 'file', name: 'names.json', bytes: new Uint8Array() },
      { kind: 'armed' },
    ]);
  });

  it('passes on what it does not know', () => {
    expect(readAll(bytesOf('probe maybe x\ntrace-end many\nwhat is this\n'), 64).map(({ kind }) => kind)).toEqual([
      'other',
      'other',
      'other',
    ]);
  });
});
