import type { Recording } from './import-recording.ts';

const topology = JSON.stringify({
  uname: 'Linux (none) 6.1.0-56-amd64',
  groups: [{ id: 6, addr: '0xff00', devices: [{ bdf: '0000:03:02.0', addr: '0x10000', driver: '' }] }],
});

/** A text as a recording has it: in pieces, that do not end with its lines. */
export const sourceOf = (text: string): Recording['source'] => ({
  async *open() {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  },
});

/** Use after use of the group, each one more: `uses` × 5 lines. */
const usesText = (uses: number): string =>
  Array.from({ length: uses }, (_, index) => {
    const line = (micro: number, text: string) => `h-${index + 1} [000] ..... ${index + 1}.00000${micro}: ${text}\n`;
    return [
      line(0, 'iommu_device_use_default_domain: (f) dev="0000:03:02.0" gp=0xff00 gid=6'),
      line(1, 'glock: (f) lock=0xff58 gid=6'),
      line(2, 'gacq: (f)'),
      line(3, `gunlock: (f) lock=0xff58 gid=6 cnt=${index + 1} owner=0x0 dom=0x1 ddom=0x1`),
      line(4, 'iommu_device_use_default_domain_ret: (f) ret=0'),
    ].join('');
  }).join('');

export const recording = (uses: number, title = 'uses', group = 6): Recording => ({
  file: `${title}.trace`,
  title,
  topology: topology.replace('"id":6', `"id":${group}`),
  source: sourceOf(usesText(uses).replaceAll('gid=6', `gid=${group}`)),
});
