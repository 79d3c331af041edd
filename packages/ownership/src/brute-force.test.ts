import { writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { bruteForce } from './brute-force.testing.ts';
import { exploreVariant } from './explore-variant.ts';
import { conflictsOf, type KnobName, type Knobs, knobs } from './knobs.ts';
import { scale } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { twisted } from './variant.ts';
import { variants } from './variants/index.ts';

const core = [
  'bind-into-live-group',
  'case-1a',
  'case-1b',
  'case-1b-stub',
  'case-1c',
  'case-2a-i',
  'case-2a-ii',
  'case-2b',
  'case-3',
  'case-4a-i',
  'case-4a-ii',
  'case-4b',
  'fail-before-claim',
  'double-unbind-hook-early',
  'notifier-cleanup',
  'claim-in-notifier',
  'probe-fails-late',
  'two-users-one-group',
  'nested-claim',
  'missing-managed-flag',
  'lock-order-trap',
  'refused-bind',
];
const stories = scenarios.filter((s) => core.includes(s.id));
const vary: KnobName[] = [
  'claimSite',
  'claimRecord',
  'releaseOnUnbind',
  'releaseOnLateFailure',
  'releaseOnEarlyFailure',
  'releaseRule',
  'walkReads',
  'userGuard',
  'userReentry',
  'ownerId',
  'domainOnClaim',
  'conflictAtBind',
];
const base = variants.find((v) => v.id === 'linux-6.1')!;
const ids = ['I1', 'I2', 'I3', 'I4', 'I8', 'I9'];

const compare = (v: (typeof variants)[number], s: (typeof scenarios)[number]): string[] => {
  const k = twisted(v, s).knobs;
  const b = bruteForce(k, s);
  const e = exploreVariant(v, s, { maxStates: 200000 });
  const diffs: string[] = [];
  const eb = Object.fromEntries(
    e.properties.filter((p) => ids.includes(p.id) && p.verdict === 'violated').map((p) => [p.id, p.steps]),
  );
  const sb = Object.fromEntries(Object.entries(b.broken).sort());
  if (JSON.stringify(eb) !== JSON.stringify(sb)) diffs.push(`broken E ${JSON.stringify(eb)} B ${JSON.stringify(sb)}`);
  if ((e.deadlock?.steps ?? null) !== b.deadlock) diffs.push(`deadlock E ${e.deadlock?.steps} B ${b.deadlock}`);
  const o = (x: readonly unknown[]) => JSON.stringify(x.map((y) => JSON.stringify(y)).sort());
  if (o(e.outcomes) !== o(b.outcomes)) diffs.push(`outcomes\n   E ${o(e.outcomes)}\n   B ${o(b.outcomes)}`);
  if (e.states !== b.states || e.transitions !== b.transitions)
    diffs.push(`states ${e.states} ${b.states} trans ${e.transitions} ${b.transitions}`);
  return diffs;
};

it('sizes', () => {
  const log: string[] = [];
  let n = 0;
  for (const s of stories) {
    if (s.scaled === undefined) continue;
    for (const devices of [2, 3, 4])
      for (const claimers of [0, 1, 2]) {
        let sized: typeof s;
        try {
          sized = scale(s, { devices, claimers });
        } catch {
          continue;
        }
        for (const v of variants) {
          if (v.id === 'vfio-viability' || ['linux-6.15', 'linux-6.17'].includes(v.id)) continue;
          if (exploreVariant(v, sized, { maxStates: 6000 }).complete === false) continue;
          n += 1;
          const d = compare(v, sized);
          if (d.length > 0) log.push(`${s.id} ${devices}/${claimers} ${v.id}\n  ${d.join('\n  ')}`);
        }
      }
  }
  writeFileSync('/tmp/sizes.txt', `${n} pairs\n${log.join('\n')}\n`);
}, 600000);

const all: Knobs[] = [];
const build = (index: number, so: Knobs): void => {
  const name = vary[index];
  if (name === undefined) {
    if (so.claimSite !== 'none' && conflictsOf(so).length === 0) all.push(so);
    return;
  }
  for (const value of Object.keys(knobs[name].values)) build(index + 1, { ...so, [name]: value } as Knobs);
};

it('hybrids', () => {
  build(0, base.knobs);
  let seed = 12345;
  const rand = (m: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return Math.floor((seed / 0x7fffffff) * m);
  };
  const log: string[] = [];
  const counts: Record<string, number> = {};
  const N = 12000;
  let pairs = 0;
  for (let i = 0; i < N; i += 1) {
    const k = all[rand(all.length)]!;
    const s = stories[rand(stories.length)]!;
    const v = { ...base, id: 'hybrid', knobs: k };
    pairs += 1;
    let d: string[];
    try {
      d = compare(v, s);
    } catch (error) {
      d = [String(error)];
    }
    if (d.length > 0) {
      const kk = vary.map((name) => k[name]).join(' | ');
      const tag = `${k.claimSite} | ${k.claimRecord} | ${k.userGuard}`;
      counts[tag] = (counts[tag] ?? 0) + 1;
      log.push(`${s.id} :: ${kk}\n  ${d.join('\n  ')}`);
    }
  }
  writeFileSync(
    '/tmp/hybrids.txt',
    `${all.length} hybrids, ${pairs} pairs, ${log.length} differ\n${JSON.stringify(counts, null, 1)}\n${log.join('\n')}\n`,
  );
}, 600000);
