import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bootableKernel, unpackedKernel } from './unpacked-kernel.ts';

/** A 64-bit ELF file with one segment: a note of `owner` and `kind`. */
const elf = (owner = 'Xen\0', kind = 18): Uint8Array => {
  const file = Buffer.alloc(64 + 56 + 20);
  file.write('\u007fELF\u0002', 'latin1');
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(4, 64);
  file.writeBigUInt64LE(120n, 72);
  file.writeBigUInt64LE(20n, 96);
  file.writeUInt32LE(owner.length, 120);
  file.writeUInt32LE(4, 124);
  file.writeUInt32LE(kind, 128);
  file.write(owner, 132, 'latin1');
  return file;
};

/** A bzImage of one sector of set-up, whose payload stands 16 bytes into the rest. */
const bzImage = (payload: Uint8Array): Uint8Array => {
  const file = Buffer.alloc(1024 + 16 + payload.length + 4);
  file.writeUInt8(1, 0x1f1);
  file.write('HdrS', 0x202);
  file.writeUInt32LE(16, 0x248);
  file.writeUInt32LE(payload.length + 4, 0x24c);
  file.set(payload, 1024 + 16);
  file.writeUInt32LE(elf().length, 1024 + 16 + payload.length);
  return file;
};

describe('a kernel', () => {
  it.each([
    ['gzip', (bytes: Uint8Array) => gzipSync(bytes)],
    ['zstd', (bytes: Uint8Array) => zstdCompressSync(bytes)],
    ['xz', (bytes: Uint8Array) => execFileSync('sh', ['-c', 'exec xz -c --check=crc32'], { input: bytes })],
  ])('that was packed by %s is unpacked', (_name, pack) => {
    expect(Buffer.from(unpackedKernel(bzImage(pack(elf()))) ?? [])).toEqual(elf());
  });

  it.each([
    ['no bzImage', elf()],
    ['packed in a way that nobody here can unpack', bzImage(Buffer.from('\u0002\u0021\u004c\u0018 lz4'))],
    ['packed and damaged', bzImage(gzipSync(elf()).subarray(0, 30))],
    ['not to be started by PVH', bzImage(gzipSync(elf('Xen\0', 3)))],
    ['somebody else’s note', bzImage(gzipSync(elf('GNU\0')))],
  ])('that is %s is left as it is', (_name, bytes) => {
    expect(unpackedKernel(bytes)).toBeNull();
  });

  it('is unpacked once, and kept by its name', () => {
    const cache = mkdtempSync(join(tmpdir(), 'custody-kernel-'));
    try {
      const image = join(cache, 'bzImage');
      writeFileSync(image, bzImage(gzipSync(elf())));
      const path = bootableKernel({ image, sha256: 'abc' }, cache);
      expect(readFileSync(path)).toEqual(elf());
      writeFileSync(image, 'gone');
      expect(bootableKernel({ image, sha256: 'abc' }, cache)).toBe(path);
      expect(bootableKernel({ image, sha256: 'def' }, cache)).toBe(image);
      expect(readdirSync(cache).sort()).toEqual(['bzImage', 'vmlinux-abc']);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});
