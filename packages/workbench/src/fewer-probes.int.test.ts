import { conform } from '@custody/conform';
import { hybridOf, type Variant, variants } from '@custody/ownership';
import { timelineOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { recorded, recordedText } from './fixtures.testing.ts';

const cookie = (extended: string): Variant =>
  hybridOf({ id: 'cookie', extends: extended, knobs: { ownerId: 'cookie' } }, 'cookie');
const named = (id: string): Variant => variants.find((variant) => variant.id === id) as Variant;

/** Short recordings, and the scheme of the kernel that each was made on. */
const kernels: readonly (readonly [string, Variant])[] = [
  ['6.1-basic', named('linux-6.1')],
  ['6.1-type', named('linux-6.1')],
  ['6.12-type', named('linux-6.12')],
  ['5.10-bugon', named('vfio-viability')],
  ['lab-vanilla-leak', named('linux-6.1')],
  ['lab-robin-leak', cookie('robin-mail')],
  ['lab-repaired-leak', cookie('robin-repaired')],
];

/** `CUSTODY_DROPS=all` tries every two probes: half an hour. Otherwise each alone, and one of so many pairs. */
const everySo = process.env['CUSTODY_DROPS'] === 'all' ? 1 : 400;

const probeOf = (line: string): string => /\[\d+\][^:]*: (\w+):/.exec(line)?.[1] ?? '';

const probesIn = (text: string): readonly string[] =>
  [...new Set(text.split('\n').map(probeOf))].filter((name) => name !== '' && name !== 'tracing_mark_write').sort();

/** Each probe alone; each function with its return; and some of the pairs. */
const subsetsOf = (probes: readonly string[]): readonly (readonly string[])[] => {
  const functions = probes.filter((name) => probes.includes(`${name}_ret`)).map((name) => [name, `${name}_ret`]);
  const pairs = probes.flatMap((one, index) => probes.slice(index + 1).map((other) => [one, other]));
  return [...probes.map((one) => [one]), ...functions, ...pairs.filter((_, index) => index % everySo === 0)];
};

describe.each(kernels)('%s with probes that were not set', (name, variant) => {
  it('is never refuted by the scheme of its own kernel', { timeout: 60 * 60_000 }, async () => {
    const text = recordedText(name);
    const lines = text.split('\n');
    const refuted: string[] = [];
    const answers = new Set<string>();
    for (const missing of subsetsOf(probesIn(text))) {
      const left = lines.filter((line) => !missing.includes(probeOf(line))).join('\n');
      const { topology, events } = await recorded(name, left);
      const { answer } = conform({ header: { topology }, timeline: timelineOf(events) }, variant, {
        withReasons: false,
      });
      answers.add(answer.kind);
      if (answer.kind === 'refuted') refuted.push(missing.join(' '));
    }
    expect(refuted).toEqual([]);
    expect(answers).toContain('explained');
  });
});

describe('6.1-basic without a probe that the answer needs', () => {
  it.each([
    ['dlock', 'LockRequested device'],
    ['gunlock', 'LockReleased group'],
    ['really_probe', 'BindStarted'],
    ['iommu_attach_group', 'CallEntered attach'],
    ['iommu_group_claim_dma_owner', 'CallEntered claim'],
    ['iommu_group_release_dma_owner', 'CallEntered release'],
  ])('%s is inconclusive, and says that there is no %s', async (probe, missing) => {
    const lines = recordedText('6.1-basic').split('\n');
    const left = lines.filter((line) => ![probe, `${probe}_ret`].includes(probeOf(line))).join('\n');
    const { topology, events } = await recorded('6.1-basic', left);
    const { answer } = conform({ header: { topology }, timeline: timelineOf(events) }, named('linux-6.1'));
    expect(answer).toEqual({
      kind: 'inconclusive',
      why: expect.stringContaining(`and no ${missing}: set that probe too`),
    });
  });
});
