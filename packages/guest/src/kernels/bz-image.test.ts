import { describe, expect, it } from 'vitest';
import { readBzImage } from './bz-image.ts';

/** The header's fields as Documentation/arch/x86/boot.rst places them. */
const imageOf = ({
  magic = 'HdrS',
  version = '6.1.0-56-amd64 (debian) #1 SMP',
  sectors = 27,
  paragraphs = 1000,
} = {}) => {
  const head = new Uint8Array(8192);
  const view = new DataView(head.buffer);
  view.setUint8(0x1f1, sectors);
  view.setUint32(0x1f4, paragraphs, true);
  head.set(new TextEncoder().encode(magic), 0x202);
  view.setUint16(0x20e, 0x1000 - 0x200, true);
  head.set(new TextEncoder().encode(`${version}\0`), 0x1000);
  return head;
};

describe('a bzImage', () => {
  it('says which kernel it is and how long', () => {
    expect(readBzImage(imageOf())).toEqual({
      release: '6.1.0-56-amd64',
      version: '6.1.0-56-amd64 (debian) #1 SMP',
      size: 28 * 512 + 16_000,
    });
  });

  it('has four sectors of set-up where its header says none', () => {
    expect(readBzImage(imageOf({ sectors: 0, paragraphs: 1 }))).toMatchObject({ size: 5 * 512 + 16 });
  });

  it.each([
    ['is too short', new Uint8Array(100), 'too short'],
    ['is a vmlinux', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(1000)), 'give arch/x86/boot/bzImage'],
    ['has no header of it', imageOf({ magic: 'none' }), 'HdrS'],
    ['names no version', imageOf({ version: '' }), 'names no version'],
  ])('is none when it %s', (_, head, why) => {
    expect(readBzImage(head)).toMatchObject({ why: expect.stringContaining(why) });
  });
});
