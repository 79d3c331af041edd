import { existsSync, readFileSync } from 'node:fs';
import type { Finding } from './check-store.ts';

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Says when commits in the write-ahead log at `path` lie behind a frame that is not as it was written: SQLite takes
 * the log to end there, so that they are gone without a word. A log may end in frames of a commit that never was; so
 * only a whole frame that another one of the same log follows, with a commit behind, is a finding.
 *
 * @see https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function* checkWriteAheadLog(path: string): Generator<Finding> {
  // Somebody may be writing just now; what is damaged stays so.
  if (problemsOf(contentOf(path)).length > 0) yield* problemsOf(contentOf(path));
}

const contentOf = (path: string): Buffer => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0));

const problemsOf = (log: Buffer): readonly Finding[] => [...problemsIn(log)];

function* problemsIn(log: Buffer): Generator<Finding> {
  if (log.length < headerBytes) return;
  const damage = (text: string): Finding => ({ kind: 'file', text: `the write-ahead log is damaged: ${text}` });
  const sum = checksums(log.readUInt32BE(0) === 0x377f0683);
  const pageSize = log.readUInt32BE(8);
  let state = sum([0, 0], log.subarray(0, 24));
  if (!isAt(log, 24, state)) {
    yield damage('its header, so that nothing of it is read');
    return;
  }
  const size = frameHeaderBytes + pageSize;
  const salt = log.subarray(16, 24);
  const isOfThisLog = (at: number): boolean => bitsBetween(salt, log.subarray(at + 8, at + 16)) <= 1;
  for (let at = headerBytes; at + size <= log.length; at += size) {
    const next = sum(sum(state, log.subarray(at, at + 8)), log.subarray(at + frameHeaderBytes, at + size));
    if (salt.equals(log.subarray(at + 8, at + 16)) && isAt(log, at + 16, next)) {
      state = next;
      continue;
    }
    let commits = 0;
    for (let later = at; later + size <= log.length; later += size) {
      if (isOfThisLog(later) && log.readUInt32BE(later + 4) !== 0) commits += 1;
    }
    if (commits > 0) {
      yield damage(
        `${commits} commits behind byte ${at} of it are not read (the last of them was perhaps never acknowledged, ` +
          'where the power was cut)',
      );
    }
    return;
  }
}

/** A frame whose own salt was hit is of this log all the same; those of an older one differ in about half of the bits. */
const bitsBetween = (left: Uint8Array, right: Uint8Array): number =>
  left.reduce((sum, byte, index) => sum + bitsIn(byte ^ (right[index] ?? 0)), 0);

const bitsIn = (byte: number): number => (byte === 0 ? 0 : (byte & 1) + bitsIn(byte >> 1));

type Checksum = readonly [number, number];

const isAt = (log: Buffer, at: number, [left, right]: Checksum): boolean =>
  log.readUInt32BE(at) === left && log.readUInt32BE(at + 4) === right;

const checksums =
  (isBigEndian: boolean) =>
  ([left, right]: Checksum, bytes: Buffer): Checksum => {
    let [one, two] = [left, right];
    const word = (at: number): number => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      one = (one + word(at) + two) >>> 0;
      two = (two + word(at + 4) + one) >>> 0;
    }
    return [one, two];
  };
