import type { Action } from '../model.ts';
import type { Ways } from '../ways.ts';
import { globalOf, idOfGlobal, shardOfGlobal } from './partition.ts';
import type { Finding, Findings, GlobalId, ShardPort } from './shard-port.ts';

/** A way across shards. */
export interface GlobalWay {
  readonly to: GlobalId;
  readonly last: readonly Action[];
}

interface Candidate {
  readonly finding: Finding;
  readonly shard: number;
}

/** Of what several shards found, the nearest; of two that are as near, that of the first shard. */
const nearestOf = (candidates: readonly Candidate[]): readonly Candidate[] => {
  const byName = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const best = byName.get(candidate.finding.name);
    if (best === undefined || candidate.finding.depth < best.finding.depth)
      byName.set(candidate.finding.name, candidate);
  }
  return [...byName.values()].sort(({ finding: left }, { finding: right }) => left.depth - right.depth);
};

/** By shard what it found → the nearest of each. */
export const nearestWays = (all: readonly Findings[]): Ways<GlobalWay> => {
  const wayTo = ({ finding: { to, last }, shard }: Candidate): GlobalWay => ({
    to: globalOf(to, shard, all.length),
    last,
  });
  const nearest = (of: (findings: Findings) => readonly Finding[]): readonly Candidate[] =>
    nearestOf(all.flatMap((findings, shard) => of(findings).map((finding) => ({ finding, shard }))));
  const ways = (of: (findings: Findings) => readonly Finding[]): ReadonlyMap<string, GlobalWay> =>
    new Map(nearest(of).map((candidate) => [candidate.finding.name, wayTo(candidate)]));
  const [deadlock] = nearest((findings) => (findings.deadlock === null ? [] : [findings.deadlock]));
  return {
    witnesses: ways(({ witnesses }) => witnesses),
    marks: ways(({ marks }) => marks),
    deadlock: deadlock === undefined ? null : wayTo(deadlock),
  };
};

/** The actions from the initial state to each of these, gathered backwards step by step, for all of them at once. */
export const pathsTo = async (
  ports: readonly ShardPort[],
  ids: readonly GlobalId[],
): Promise<ReadonlyMap<GlobalId, readonly Action[]>> => {
  const paths = new Map([...new Set(ids)].map((id) => [id, { at: id, path: [] as Action[] }]));
  for (let open = [...paths.values()]; open.length > 0; open = open.filter(({ at }) => at >= 0)) {
    const byShard = ports.map((_, shard) => open.filter(({ at }) => shardOfGlobal(at, ports.length) === shard));
    await Promise.all(
      byShard.map(async (own, shard) => {
        if (own.length === 0) return;
        const asked = own.map(({ at }) => idOfGlobal(at, ports.length));
        const { parents, actions } = await (ports[shard] as ShardPort)('origins', asked);
        own.forEach((way, index) => {
          way.at = parents[index] as number;
          if (way.at >= 0) way.path.push(actions[index] as Action);
        });
      }),
    );
  }
  return new Map([...paths].map(([id, { path }]) => [id, path.reverse()]));
};
