import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { unxz } from './unxz.ts';

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const unpack = (packed: Uint8Array): Uint8Array | null => {
  // Four bytes of length stand behind what is packed.
  const alone = packed.subarray(0, -4);
  if (startsWith(packed, 0x1f, 0x8b)) return gunzipSync(alone);
  if (startsWith(packed, 0x28, 0xb5, 0x2f, 0xfd)) return zstdDecompressSync(alone);
  if (startsWith(packed, 0xfd, 0x37, 0x7a, 0x58)) return unxz(packed);
  return null;
};

const aligned = (length: number): number => (length + 3) & ~3;

/** A note of Xen's that names the 32-bit entry of PVH: include/xen/interface/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY. */
const hasEntryNote = (notes: DataView): boolean => {
  const entryNote = 18;
  for (let at = 0; at + 12 <= notes.byteLength; ) {
    const [name, description] = [notes.getUint32(at, true), notes.getUint32(at + 4, true)];
    const isXen = name === 4 && notes.getUint32(at + 12, false) === 0x58656e00;
    if (isXen && notes.getUint32(at + 8, true) === entryNote) return true;
    at += 12 + aligned(name) + aligned(description);
  }
  return false;
};

/** Whether QEMU can start this ELF file by itself. */
const startsByPvh = (elf: Uint8Array): boolean => {
  if (elf.length < 64 || !startsWith(elf, 0x7f, 0x45, 0x4c, 0x46, 2)) return false;
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const [table, size, count] = [
    Number(view.getBigUint64(32, true)),
    view.getUint16(54, true),
    view.getUint16(56, true),
  ];
  const noteSegment = 4;
  for (let index = 0; index < count; index += 1) {
    const at = table + index * size;
    if (at + 56 > elf.length) return false;
    const [offset, length] = [Number(view.getBigUint64(at + 8, true)), Number(view.getBigUint64(at + 32, true))];
    if (view.getUint32(at, true) !== noteSegment || offset + length > elf.length) continue;
    if (hasEntryNote(new DataView(elf.buffer, elf.byteOffset + offset, length))) return true;
  }
  return false;
};

/**
 * The ELF file that a bzImage unpacks itself to.
 *
 * @returns null where it cannot be unpacked here, or could not be started without its bzImage.
 * @see Documentation/arch/x86/boot.rst, payload_offset
 */
export const unpackedKernel = (bzImage: Uint8Array): Uint8Array | null => {
  const view = new DataView(bzImage.buffer, bzImage.byteOffset, bzImage.byteLength);
  if (bzImage.length < 0x264 || view.getUint32(0x202, false) !== 0x48647253) return null;
  const sectors = view.getUint8(0x1f1) || 4;
  const start = (sectors + 1) * 512 + view.getUint32(0x248, true);
  try {
    const elf = unpack(bzImage.subarray(start, start + view.getUint32(0x24c, true)));
    return elf !== null && startsByPvh(elf) ? elf : null;
  } catch {
    return null;
  }
};

/**
 * What to give to `qemu -kernel`: under TCG a bzImage takes 5 s and more to unpack itself, which the host does in one.
 *
 * @param kernel - a bzImage, and a name for it that no other has.
 * @returns the unpacked kernel, kept in `cache`; the bzImage where there is none.
 */
export const bootableKernel = (kernel: { readonly image: string; readonly sha256: string }, cache: string): string => {
  const path = join(cache, `vmlinux-${kernel.sha256.slice(0, 16)}`);
  if (existsSync(path)) return path;
  const elf = unpackedKernel(readFileSync(kernel.image));
  if (elf === null) return kernel.image;
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, elf);
  renameSync(`${path}.${process.pid}`, path);
  return path;
};
