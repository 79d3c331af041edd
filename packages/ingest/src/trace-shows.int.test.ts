import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sourceOf } from './importing.testing.ts';
import { parseTopology } from './topology-file.ts';
import { type FamilyOfTrace, traceShows } from './trace-shows.ts';

const fixture = (name: string) => {
  const folder = new URL(`../../../fixtures/${name}/`, import.meta.url);
  return {
    text: gunzipSync(readFileSync(new URL('stream.trace.gz', folder))).toString(),
    recorded: parseTopology(readFileSync(new URL('topology.json', folder), 'utf8')),
  };
};

/** The recording as it would be without some of its probes. */
const without = (text: string, events: RegExp): string =>
  text
    .split('\n')
    .filter((line) => !events.test(line))
    .join('\n');

const family = (families: readonly FamilyOfTrace[], id: string): FamilyOfTrace | undefined =>
  families.find((one) => one.id === id);

describe('what a recording can show', () => {
  const { text, recorded } = fixture('6.1-race');
  const linesToAdd = async (id: string, events: RegExp): Promise<readonly string[] | undefined> =>
    family((await traceShows(sourceOf(without(text, events)), recorded)).families, id)?.missing.flatMap(
      ({ lines }) => lines,
    );

  it('is all but the writes to type, of which 6.1-race has none', async () => {
    const { families } = await traceShows(sourceOf(text), recorded);
    const lacking = families.filter(({ shown }) => shown !== 'yes').map(({ id, shown }) => [id, shown]);
    expect(lacking).toEqual([
      ['type store', 'no'],
      ['viability', 'absent'],
    ]);
  });

  it('is told also of probes that never printed, by their format', async () => {
    const formats = ['iommu_group_store_type', 'iommu_group_store_type_ret'].map(
      (name) => `name: ${name}\nID: 1\nformat:\n\nprint fmt: "(%lx) gp=0x%Lx gid=%d ret=%d", REC->__probe_ip\n`,
    );
    const shown = await traceShows(sourceOf(text), recorded, { formats: formats.join('') });
    expect(family(shown.families, 'type store')?.shown).toBe('yes');
  });

  // The lines are those of the recording's own probes.result, without caller=.
  it('lacks the state without gunlock, and says which probe to add', async () => {
    expect(await linesToAdd('ownership state', / gunlock: /)).toContain(
      'p:own/gunlock mutex_unlock lock=$arg1:x64 gid=+56($arg1):s32 cnt=+104($arg1):u32 owner=+112($arg1):x64 ' +
        'dom=+80($arg1):x64 ddom=+64($arg1):x64',
    );
  });

  it('has locks in part when the mutexes of devices are only seen to be taken', async () => {
    const { families } = await traceShows(sourceOf(without(text, / dunlock: /)), recorded);
    const locks = family(families, 'locks');
    expect(locks?.shown).toBe('partly');
    expect(locks?.missing).toMatchObject([{ on: 'mutex_unlock', at: 'entry' }]);
  });

  it('lacks binds without really_probe, and says which probe to add', async () => {
    expect(await linesToAdd('binds', / really_probe: /)).toEqual([
      'p:own/really_probe really_probe dev=+0(+0($arg1)):string gp=+712($arg1):x64 gid=+144(+712($arg1)):s32 ' +
        'drv=+0(+0($arg2)):string mdma=+168($arg2):u8',
    ]);
  });

  it('lacks the answers of a claim without its return, and its object without its entry', async () => {
    expect(await linesToAdd('ownership calls', / iommu_group_claim_dma_owner_ret: /)).toEqual([
      'r64:own/iommu_group_claim_dma_owner_ret iommu_group_claim_dma_owner ret=$retval:s32',
    ]);
    expect(await linesToAdd('binds', / pci_device_probe: /)).toEqual([
      'p:own/pci_device_probe pci_device_probe dev=+0(+0($arg1)):string gp=+712($arg1):x64 gid=+144(+712($arg1)):s32',
    ]);
  });

  it('is better with the return of mutex_lock', async () => {
    const { families } = await traceShows(sourceOf(without(text, / gacq: /)), recorded);
    const locks = family(families, 'locks');
    expect(locks?.shown).toBe('yes');
    expect(locks?.better).toMatchObject([{ on: 'mutex_lock', at: 'return', filter: ['gacq', 'dacq'] }]);
  });
});

describe('another line of kernels', () => {
  const lines = async (name: string, id: string) => {
    const { text, recorded } = fixture(name);
    const { families, offsetsOf } = await traceShows(sourceOf(without(text, /lock: /)), recorded);
    return { offsetsOf, family: family(families, id), families };
  };

  it('5.10 has no ownership to show, and viability instead', async () => {
    const { families } = await lines('5.10-bugon', 'locks');
    const shown = Object.fromEntries(families.map((one) => [one.id, one.shown]));
    expect(shown).toMatchObject({ 'ownership calls': 'absent', 'ownership state': 'absent', viability: 'yes' });
  });

  it('has its own offsets', async () => {
    const { family: locks, offsetsOf } = await lines('6.12-type', 'locks');
    expect(offsetsOf).toContain('6.12.117');
    expect(locks?.missing.flatMap((probe) => probe.lines)).toContain(
      'p:own/dunlock mutex_unlock lock=$arg1:x64 dev=+0(-144($arg1)):string',
    );
  });

  it('that nobody looked at has names in their place', async () => {
    const trace = 'h-1 [000] ..... 1.0: foo: (bar+0x0/0x10) x=1\n';
    const { families, offsetsOf } = await traceShows(sourceOf(trace), parseTopology('{"uname":"6.18.1","groups":[]}'));
    expect(offsetsOf).toBeNull();
    const [probe] = family(families, 'binds')?.missing ?? [];
    expect(probe?.lines[0]).toContain('gid=<iommu_group.id>(<device.iommu_group>($arg1)):s32');
  });
});
