import { createHash } from 'node:crypto';

/** The chain before a stream's first row. */
export const noChain: Uint8Array = new Uint8Array();

/** What a stream's row says. */
export interface Sealed {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  readonly chain: Uint8Array;
}

const sealBytes = 16;

/** The first 16 bytes of the SHA-256 over what a stream's row says. */
export const sealOf = ({ id, name, revision, chain }: Sealed): Uint8Array =>
  createHash('sha256')
    .update(JSON.stringify([id, name, revision]))
    .update(chain)
    .digest()
    .subarray(0, sealBytes);

/** How many streams there are, and the exclusive or over 16 bytes of SHA-256 for each: which they are. */
export interface Census {
  readonly streams: number;
  readonly digest: Uint8Array;
}

export const noStreams: Census = { streams: 0, digest: new Uint8Array(sealBytes) };

/** The census after one stream came (`by` 1) or went (`by` -1). */
export const recounted = (
  { streams, digest }: Census,
  by: 1 | -1,
  { id, name }: Pick<Sealed, 'id' | 'name'>,
): Census => {
  const one = createHash('sha256')
    .update(JSON.stringify([id, name]))
    .digest();
  return { streams: streams + by, digest: digest.map((byte, index) => byte ^ (one[index] ?? 0)) };
};

export const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;
