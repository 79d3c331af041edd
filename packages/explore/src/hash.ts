/** By what word `word` of a state is multiplied: odd, and unlike that of any other word. */
export const factorOf = (word: number): number => {
  let factor = Math.imul(word + 1, 0x9e3779b9);
  factor = Math.imul(factor ^ (factor >>> 16), 0x7feb352d);
  return (factor ^ (factor >>> 15)) | 1;
};

/**
 * No word waits for another: each is mixed and multiplied, and the sum mixed in the manner of MurmurHash3's finaliser
 * (Austin Appleby, public domain), so that every bit reaches every slot.
 */
export const hashOf = (rows: Int32Array, at: number, words: number): number => {
  let hash = 0x27d4eb2f;
  for (let word = 0; word < words; word += 1) {
    const own = rows[at + word] as number;
    hash = (hash + Math.imul(own ^ (own >>> 15), factorOf(word))) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};

/** 32 bits more of the same state, by other numbers, for who wants 64. */
export const otherHashOf = (rows: Int32Array, at: number, words: number): number => {
  let hash = 0x27d4eb2f;
  for (let word = 0; word < words; word += 1) {
    hash = Math.imul(hash ^ (rows[at + word] as number), 0xcc9e2d51);
    hash = (hash << 13) | (hash >>> 19);
    hash = Math.imul(hash, 5) + 0xe6546b64;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
};
