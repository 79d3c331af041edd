import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { type Fix, fixes, type Setting, type Shown } from './fixes.ts';
import { scenario } from './found.testing.ts';
import { conflictsOf } from './knobs.ts';
import { variantFor, variantsPage } from './variants-page.testing.ts';

describe('docs/variants.md', () => {
  it('says what the data say; if not: npm run docs', async () => {
    await expect(variantsPage()).toMatchFileSnapshot('../../../docs/variants.md');
  });
});

const broken = (setting: Setting, scenarioId: string): readonly string[] => {
  const variant = variantFor(setting);
  expect(conflictsOf(variant.knobs)).toEqual([]);
  return exploreVariant(variant, scenario(scenarioId)).properties.flatMap(({ id, verdict }) =>
    verdict === 'violated' ? [id] : [],
  );
};

const shown = fixes.filter((fix): fix is Fix & { here: Shown } => typeof fix.here !== 'string');

describe('a real fix', () => {
  it.each(shown.map((fix) => [fix.id, fix] as const))('%s mends here what it mended there', (_id, { here }) => {
    expect(broken(here.before, here.scenario)).toEqual(expect.arrayContaining([...here.breaks]));
    const after = broken(here.after, here.scenario);
    expect(after.filter((id) => here.breaks.includes(id))).toEqual([]);
  });

  it('is numbered as in domain/ownership.md §4.3, and none is left out', () => {
    expect(fixes.map(({ id }) => id)).toEqual(Array.from({ length: 19 }, (_, index) => `F-${index + 1}`));
  });
});
