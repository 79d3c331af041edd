import { anchorsIn } from '@custody/annotations';
import { type Episode, episodesOf } from '@custody/compare';
import { objectOf, type Position, runId, sharedRolesOf, timelineOf } from '@custody/trace';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Carried, carryPlaces } from './carry-places.ts';
import { recorded } from './fixtures.testing.ts';
import type { Run } from './open-run.ts';

type Story = Pick<Run, 'header' | 'timeline'>;

/** As much of a run as notes are carried by. */
const storyOf = async (name: string): Promise<Run> => {
  const { topology, events } = await recorded(name);
  const source = { kind: 'recording', file: name, kernel: null, mapping: name } as const;
  const story: Story = { header: { run: runId(name), title: name, topology, source }, timeline: timelineOf(events) };
  return story as Run;
};

/** A note at the end of every episode. */
const onEpisodes = ({ header, timeline }: Run) => {
  const anchors = anchorsIn(timeline);
  return episodesOf(header, timeline)
    .filter(({ result }) => result !== 'no end' && result !== 'BUG')
    .map((episode) => ({ episode, anchor: anchors.anchorAt(episode.position) }));
};

/** Everything that makes two ends of episodes the same to a reader. */
const told = ({ timeline }: Run, roleOf: (task: Episode['task']) => string, { kind, result, position }: Episode) => {
  const event = timeline.at(position - 1);
  return [kind, result, event.type, objectOf(event), roleOf(event.task)].join(' | ');
};

describe.each([
  ['6.1-race', '6.12-race'],
  ['6.1-type', '6.12-type'],
  ['lab-robin-leak', 'lab-repaired-leak'],
])('notes on %s carried to %s', (fromName, toName) => {
  let [from, to] = [] as unknown as [Run, Run];
  let carried: readonly Carried<{ readonly episode: Episode; readonly anchor: { readonly position: Position } }>[] = [];
  beforeAll(async () => {
    [from, to] = [await storyOf(fromName), await storyOf(toName)];
    carried = carryPlaces(from, to, onEpisodes(from));
  }, 60_000);

  it('land on an episode of the same kind, role, object and result, or are orphans with a reason', () => {
    const [fromRole, toRole] = [sharedRolesOf(from.timeline), sharedRolesOf(to.timeline)];
    const there = new Map(episodesOf(to.header, to.timeline).map((episode) => [episode.position, episode]));
    for (const { said, anchor, why } of carried) {
      if (anchor === null) {
        expect(why).toMatch(/there is no|and \d+ there|has such an event there|could be any of/);
        continue;
      }
      const landed = there.get(anchor.position);
      expect(landed).toBeDefined();
      expect(told(to, toRole, landed as Episode)).toBe(told(from, fromRole, said.episode));
    }
  });

  it('are none of them dropped, and most of them placed', () => {
    const placed = carried.filter(({ anchor }) => anchor !== null).length;
    expect(carried).toHaveLength(onEpisodes(from).length);
    expect(placed / carried.length).toBeGreaterThan(0.3);
  });

  it('are two of them never in one place', () => {
    const places = carried.flatMap(({ anchor }) => (anchor === null ? [] : [anchor.position]));
    expect(places.length - new Set(places).size).toBe(0);
  });
});
