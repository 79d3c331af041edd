import { crc32 } from 'node:zlib';

/**
 * The first bytes, as PNG's: one above 127, a name, and line ends of both kinds, so that a mail or a transfer that
 * "mends" text is noticed at once. docs/bundle.md describes all of it.
 */
export const magic = Buffer.from('\x89CUSTODY\r\n\x1a\n', 'latin1');
export const formatVersion = 1;
/** Magic, version, crc32 of both. */
export const prologueSize = magic.length + 8;
/** Kind, how many events, length of the body, crc32 of the body, crc32 of these 16 bytes. */
export const frameSize = 20;

/** The parts, in the order in which they come: HEAD once, EVTS and NOTE any number of times, DONE once. */
const kinds = ['HEAD', 'EVTS', 'NOTE', 'DONE'] as const;
export type Kind = (typeof kinds)[number];

/** What stands before the body of a part. */
export interface Frame {
  readonly kind: Kind;
  readonly count: number;
  readonly length: number;
  readonly crc: number;
}

export const prologue = (): Buffer => {
  const bytes = Buffer.alloc(prologueSize);
  magic.copy(bytes);
  bytes.writeUInt32BE(formatVersion, magic.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, prologueSize - 4)), prologueSize - 4);
  return bytes;
};

/** The version, or undefined where the prologue is not as it was written. */
export const versionIn = (bytes: Buffer): number | undefined =>
  bytes.readUInt32BE(prologueSize - 4) === crc32(bytes.subarray(0, prologueSize - 4))
    ? bytes.readUInt32BE(magic.length)
    : undefined;

export const frame = (kind: Kind, count: number, body: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(frameSize);
  bytes.write(kind, 'latin1');
  bytes.writeUInt32BE(count, 4);
  bytes.writeUInt32BE(body.length, 8);
  bytes.writeUInt32BE(crc32(body), 12);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, frameSize - 4)), frameSize - 4);
  return bytes;
};

/** Undefined where the frame is not as it was written. */
export const frameIn = (bytes: Buffer): Frame | undefined => {
  const kind = kinds.find((known) => known === bytes.toString('latin1', 0, 4));
  if (kind === undefined || bytes.readUInt32BE(frameSize - 4) !== crc32(bytes.subarray(0, frameSize - 4))) return;
  return { kind, count: bytes.readUInt32BE(4), length: bytes.readUInt32BE(8), crc: bytes.readUInt32BE(12) };
};

/** Fewer of the magic's bytes than this may be chance. */
const enough = 6;

/**
 * Is this a bundle, or what became of one? A few bytes of the magic may be wrong, and the file may end within it: then
 * reading it says so, which helps more than that it is unknown.
 */
export const looksLikeBundle = (head: Uint8Array): boolean => {
  const there = magic.subarray(0, head.length);
  const right = there.filter((byte, index) => byte === head[index]).length;
  return right >= enough || (head.length > 0 && head.length < magic.length && right === head.length);
};

/** Is this a run in lines of JSON, or at least no trace? No line of a trace begins so. */
export const looksLikeLines = (head: Uint8Array): boolean => /^\s*\{\s*"/.test(Buffer.from(head).toString('latin1'));
