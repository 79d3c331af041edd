import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineages, parsePins, pinsText } from './pins.ts';

const committed = readFileSync(new URL('../../kernels.json', import.meta.url), 'utf8');

describe('the kernels that are pinned', () => {
  it('are one of each line, and of a release that belongs to it', () => {
    const pins = parsePins(committed, 'kernels.json');
    expect(pins.map(({ name }) => name)).toEqual(lineages.map(({ name }) => name));
    for (const [index, { release, packages }] of pins.entries()) {
      const lineage = lineages[index];
      expect(release).toMatch(lineage?.release ?? /never/);
      expect(packages.map(({ name }) => name)).toEqual(lineage?.packages.map((name) => name.replace('R', release)));
    }
  });

  it('are written as they are read', () => {
    expect(pinsText(parsePins(committed, 'kernels.json'))).toBe(committed);
  });

  it.each([
    ['no JSON', '{', 'Cannot read the kernels in x'],
    ['no kernels', '{}', 'Cannot use the kernels in x'],
    ['a checksum that is none', committed.replace(/"sha256": "\w/, '"sha256": "z'), 'custody guest update'],
  ])('are refused with %s', (_, text, why) => {
    expect(() => parsePins(text, 'x')).toThrow(why);
  });
});
