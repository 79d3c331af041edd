/** What the header of a bzImage says. */
export interface BzImage {
  /** `6.1.0-56-amd64`: what `uname -r` will say. */
  readonly release: string;
  /** `6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP …`. */
  readonly version: string;
  /** How long the file must be at least. */
  readonly size: number;
}

/** Where the header ends that is read here; the text of the version lies behind it, within the set-up code. */
export const headSize = 1 << 16;

/**
 * @param head - the first `headSize` bytes of the file.
 * @returns why it is no bzImage of x86, in words, where it is none.
 * @see Documentation/arch/x86/boot.rst
 */
export const readBzImage = (head: Uint8Array): BzImage | { readonly why: string } => {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const text = (from: number, to: number): string => new TextDecoder('latin1').decode(head.subarray(from, to));
  if (head.length < 0x264) return { why: 'it is too short for one' };
  if (text(0, 4) === '\u007fELF') return { why: 'it is an ELF file, as vmlinux is; give arch/x86/boot/bzImage' };
  if (text(0x202, 0x206) !== 'HdrS') return { why: 'its header has no "HdrS" at byte 514' };
  const sectors = view.getUint8(0x1f1) || 4;
  const size = (sectors + 1) * 512 + view.getUint32(0x1f4, true) * 16;
  const at = view.getUint16(0x20e, true) + 0x200;
  const end = head.indexOf(0, at);
  const version = end < 0 ? '' : text(at, end);
  const release = version.split(' ')[0] ?? '';
  return release === '' ? { why: 'its header names no version' } : { release, version, size };
};
