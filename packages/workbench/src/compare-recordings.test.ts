import { compareEpisodes, compareRuns, type EpisodeKind, episodesOf, ownershipParting } from '@custody/compare';
import { timelineOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { recorded } from './fixtures.testing.ts';

const run = async (name: string) => {
  const { topology, events } = await recorded(name);
  return { header: { topology }, timeline: timelineOf(events) };
};
type Run = Awaited<ReturnType<typeof run>>;

const episodesIn = ({ header, timeline }: Run) => episodesOf(header, timeline);

/** Result → how often on either side, of one kind. */
const results = (kinds: readonly EpisodeKind[], kind: string) =>
  Object.fromEntries(
    (kinds.find((one) => one.kind === kind)?.results ?? []).map(({ result, left, right }) => [
      result,
      [left?.count ?? 0, right?.count ?? 0],
    ]),
  );

describe('episodes of two kernels', () => {
  // traces/README.md: type is refused for several devices and for a bound singleton before its relaxation.
  it('name what the relaxation of type changed, and nothing else', async () => {
    const kinds = compareEpisodes(episodesIn(await run('6.1-type')), episodesIn(await run('6.12-type')));
    expect(results(kinds, 'store-type of a group of several devices, unbound')).toEqual({ EINVAL: [3, 0], OK: [0, 3] });
    expect(results(kinds, 'store-type of a singleton group, bound')).toEqual({ EBUSY: [2, 0], EPERM: [0, 2] });
    const common = kinds.filter(({ results: all }) => all.some(({ left }) => left) && all.some(({ right }) => right));
    expect(common.every(({ kind }) => kind.startsWith('store-type'))).toBe(true);
  });

  it('name the BUG that stands in the place of a refusal', async () => {
    const kinds = compareEpisodes(episodesIn(await run('6.1-basic')), episodesIn(await run('5.10-bugon')));
    expect(results(kinds, 'write bind')).toMatchObject({ BUG: [0, 1], EBUSY: [2, 0] });
  });
});

describe('two patches under one script', async () => {
  const [vanilla, robin, repaired] = (await Promise.all(
    ['lab-vanilla-leak', 'lab-robin-leak', 'lab-repaired-leak'].map(run),
  )) as [Run, Run, Run];
  const pairsOf = (right: Run) => compareRuns(vanilla, right).pairs;

  it('part in three claims of a quiet group', () => {
    const kinds = compareEpisodes(episodesIn(vanilla), episodesIn(robin));
    expect(results(kinds, 'claim of a quiet group')).toEqual({ EBUSY: [0, 3], OK: [6, 3] });
    expect(compareEpisodes(episodesIn(vanilla), episodesIn(repaired))).toEqual([]);
  });

  it('part in who has the quiet group, since a sibling was seen and kept', () => {
    const parting = ownershipParting(vanilla, robin, pairsOf(robin));
    expect(parting).toMatchObject({
      group: '6',
      left: { holder: 'free' },
      right: { holder: 'the DMA API' },
      // Its README: 03:02.0 is the sibling that was refused and is slow to clear its driver.
      cause: { side: 'right', event: { type: 'SiblingSeen', data: { device: '0000:03:02.0', keeps: true } } },
    });
    // One more release hook heals it.
    expect(parting?.until).not.toBeNull();
    expect(ownershipParting(vanilla, repaired, pairsOf(repaired))).toBeNull();
  });
});
