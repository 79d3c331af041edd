const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a over the UTF-16 units of lines: it tells that a text was changed by accident or by an editor, not by a forger. */
export const fingerprint = () => {
  let hash = offsetBasis;
  const mix = (unit: number): void => {
    hash = Math.imul(hash ^ unit, prime);
  };
  return {
    add: (line: string): void => {
      for (let index = 0; index < line.length; index += 1) mix(line.charCodeAt(index));
      mix(10);
    },
    /** Eight hex digits. */
    digest: (): string => (hash >>> 0).toString(16).padStart(8, '0'),
  };
};
