import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { type Scenario, type Size, scale, upTo } from './scenario.ts';
import type { Variant } from './variant.ts';

/** With how many devices each is explored at most: 3, and the one that claimers speak through where it is counted. */
const largest: Readonly<Record<string, number>> = {
  'case-1a': 3,
  'case-2a-i': 4,
  'case-4a-i': 4,
  'fail-before-claim': 3,
  'double-unbind-hook-early': 3,
  'refused-bind': 4,
  'bind-into-live-group': 4,
};
const mostClaimers = 2;

/** What no size may break. I6 to I8 and I12 to I15 are about domains and memory, which these scenarios leave alone. */
const kept = ['I1', 'I2', 'I3', 'I4', 'I5', 'I9', 'I10', 'I11'];

const between = (least: number, most: number): readonly number[] =>
  upTo(Math.max(0, most - least + 1)).map((index) => least + index);

const sizesOf = ({ id, scaled }: Scenario): readonly Size[] =>
  between(scaled?.devices[0] ?? 0, largest[id] ?? 0).flatMap((devices) =>
    between(scaled?.claimers[0] ?? 0, Math.min(scaled?.claimers[1] ?? 0, mostClaimers)).map((claimers) => ({
      devices,
      claimers,
    })),
  );

const sizes = Object.keys(largest).flatMap((id) =>
  sizesOf(scenario(id)).map(({ devices, claimers }) => [id, devices, claimers] as const),
);

describe.each(['linux-6.1', 'linux-6.12'])('%s, in every size,', (id) => {
  it.each(sizes)('breaks nothing in %s with %d devices and %d claimers', (name, devices, claimers) => {
    const { complete, deadlock, properties } = exploreVariant(
      variant(id),
      scale(scenario(name), { devices, claimers }),
    );
    const verdicts = properties.filter((property) => kept.includes(property.id));
    expect(verdicts.map((property) => property.id)).toEqual(kept);
    expect(verdicts.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    expect([complete, deadlock]).toEqual([true, null]);
  });
});

/** The scheme that the lab kernels ran, repaired: the owner has a cookie, and may not claim again (docs/decisions/0003). */
const repairedLab: Variant = {
  ...variant('robin-repaired'),
  id: 'robin-lab-repaired',
  knobs: { ...variant('robin-repaired').knobs, ownerId: 'cookie', userReentry: 'refused' },
};
/** There double-unbind-hook-early makes another scheme of it; and it keeps no count. */
const ownSizes = sizes.filter(([name]) => name !== 'double-unbind-hook-early');
const keptByToken = kept.filter((id) => id !== 'I2' && id !== 'I5');

describe('robin-repaired, its owners told apart by a cookie, in every size,', () => {
  it.each(ownSizes)('breaks nothing in %s with %d devices and %d claimers', (name, devices, claimers) => {
    for (const stores of ['sc', 'late'] as const) {
      const size = scale(scenario(name), { devices, claimers });
      const { complete, deadlock, properties } = exploreVariant(repairedLab, size, { stores });
      const verdicts = properties.filter((property) => keptByToken.includes(property.id));
      expect(verdicts.map((property) => property.id)).toEqual(keptByToken);
      expect(verdicts.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
      expect([complete, deadlock]).toEqual([true, null]);
    }
  });
});

describe('robin-repaired with a driver for an owner', () => {
  it('cannot tell two users of one driver apart: what one releases, the other loses (I8, and so I1)', () => {
    const { properties } = exploreVariant(
      variant('robin-repaired'),
      scale(scenario('fail-before-claim'), { devices: 2, claimers: 2 }),
    );
    const broken = properties.flatMap(({ id, verdict }) => (verdict === 'violated' ? [id] : []));
    expect(broken).toEqual(['I1', 'I3', 'I8', 'I9']);
  });
});
