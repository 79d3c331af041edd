import { kernelLines } from '@custody/ingest';
import { describe, expect, it } from 'vitest';
import { probeCandidates, probesFile } from './candidates.ts';

const releases = ['5.10.0-46-amd64', '5.15.1', '6.1.0-56-amd64', '6.12.117+deb12-amd64', '7.2.13+deb14-amd64'];

const definitions = (release: string, event: string): string[] =>
  probeCandidates(release)
    .filter((candidate) => candidate.event === event)
    .map(({ definition }) => definition);

describe('the probes of a guest', () => {
  it.each(releases.map((release, index) => [release, kernelLines[index]] as const))(
    'on %s stand where the importer’s table has a row, and nowhere else',
    (release, line) => {
      const rows = new Set(line?.rows.filter(({ on }) => on !== 'tracing_mark_write').map(({ on }) => on));
      const probed = new Set(
        probeCandidates(release)
          .filter(({ event }) => !event.startsWith('found/'))
          .map((candidate) => candidate.function),
      );
      expect(probed).toEqual(rows);
    },
  );

  it('stand at entries and returns as the rows do', () => {
    expect(definitions('6.1.0-56-amd64', 'own/iommu_group_claim_dma_owner')).toEqual([
      'p:own/iommu_group_claim_dma_owner @ gp=$arg1:x64 gid=<iommu_group.id>($arg1):s32 newowner=$arg2:x64',
    ]);
    expect(definitions('6.1.0-56-amd64', 'own/iommu_group_claim_dma_owner_ret')).toEqual([
      'r64:own/iommu_group_claim_dma_owner_ret @ ret=$retval:s32',
    ]);
  });

  it('leave every offset to the guest’s own kernel', () => {
    for (const release of releases)
      for (const { definition } of probeCandidates(release)) expect(definition).not.toMatch(/[+-][1-9]\d*\(/);
  });

  it('ask a return for its mutex first, and are content with its caller where the kernel shows none', () => {
    const returns = probeCandidates('6.12.117').filter(({ event }) => event === 'own/gacq');
    expect(returns[0]).toMatchObject({ filter: 'group', definition: expect.stringContaining('lock=$arg1:x64') });
    expect(returns.at(-1)).toMatchObject({ filter: expect.stringMatching(/^callers:.*iommu_group_claim_dma_owner/) });
    expect(probeCandidates('6.1.0').filter(({ event }) => event === 'own/gacq')).toMatchObject([
      { filter: expect.stringMatching(/^callers:/), definition: 'r64:own/gacq @' },
    ]);
  });

  it('on mutexes are kept to those of groups, or of devices', () => {
    const kept = probeCandidates('6.1.0')
      .filter(({ function: on }) => on === 'mutex_lock' || on === 'mutex_unlock')
      .map(({ event, filter }) => `${event} ${filter.replace(/:.*/, '')}`);
    expect(kept).toEqual([
      'own/glock group',
      'own/dlock device',
      'own/gacq callers',
      'own/gunlock group',
      'own/dunlock device',
    ]);
  });

  it('read an owner and a count from v5.19 on only', () => {
    expect(definitions('5.10.0', 'own/gunlock')[0]).not.toContain('owner');
    expect(definitions('6.1.0', 'own/gunlock')[0]).toContain(
      'cnt=<iommu_group.owner_cnt-iommu_group.mutex>($arg1):u32',
    );
  });

  it('follow no pointer that may lead astray where the kernel would count them as missed', () => {
    expect(definitions('5.10.0', 'own/dlock')).toEqual(['p:own/dlock @ lock=$arg1:x64']);
    expect(definitions('5.10.0', 'own/__device_release_driver')).toEqual([
      'p:own/__device_release_driver @ dev=+0(+0($arg1)):string gp=<device.iommu_group>($arg1):x64',
    ]);
    expect(definitions('5.15.0', 'own/dlock')[0]).toContain('dev=');
  });

  it('may be fprobes as a second choice, from the line of v6.3 on', () => {
    expect(definitions('6.1.0', 'own/really_probe')).toHaveLength(1);
    expect(definitions('6.12.117', 'own/really_probe').map((definition) => definition[0])).toEqual(['p', 'f']);
  });

  it('are a line each for the guest, with tabs between', () => {
    const lines = probesFile(probeCandidates('6.1.0')).trimEnd().split('\n');
    expect(lines.every((line) => line.split('\t').length === 4)).toBe(true);
    expect(lines).toContain('lock/contention_begin\tcontended\tcontention_begin\ttracepoint');
  });
});
