import { appendFileSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { comeAndGo, comeAndGoInOrder } from './fairness.ts';
import { bothStores } from './found.testing.ts';
import { conflictsOf, type Knobs, knobNames, knobs } from './knobs.ts';
import { expectSameWithout } from './reports.testing.ts';
import { type Scenario, scale } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { variants } from './variants/index.ts';

let seed = Number(process.env['SEED'] ?? 1);
const rnd = (n: number) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = <T>(a: readonly T[]): T => a[rnd(a.length)] as T;
it('fuzz', () => {
  const until = Date.now() + Number(process.env['MS'] ?? 300000);
  let n = 0,
    bad = 0;
  while (Date.now() < until) {
    const base = pick(variants);
    let k: Knobs = base.knobs;
    const want = 1 + rnd(8);
    for (let i = 0; i < want; i += 1) {
      const name = pick(knobNames);
      k = { ...k, [name]: pick(Object.keys(knobs[name].values)) } as Knobs;
    }
    if (conflictsOf(k).length > 0) continue;
    let s: Scenario = rnd(20) === 0 ? pick([comeAndGo, comeAndGoInOrder]) : pick(scenarios);
    if (s.scaled && rnd(2) === 0) {
      const { devices: d, claimers: c } = s.scaled;
      s = scale(s, {
        devices: d[0] + rnd(Math.min(3, d[1] - d[0] + 1)),
        claimers: c[0] + rnd(Math.min(3, c[1] - c[0] + 1)),
      });
      if (s.tasks.length > 5) continue;
    }
    const stores = pick(bothStores);
    n += 1;
    try {
      expectSameWithout({ ...base, id: `h${n}`, knobs: k }, s, stores);
    } catch (e) {
      bad += 1;
      appendFileSync(
        '/tmp/red/fuzz-bad.txt',
        `${process.env['SEED']} ${s.id} ${stores} ${JSON.stringify(s.devices)} ${JSON.stringify(k)}\n${String(e).slice(0, 1500)}\n`,
      );
    }
  }
  writeFileSync(`/tmp/red/fuzz-${process.env['SEED']}.txt`, `${n} ${bad}\n`);
}, 3600000);
