import { describe, expect, it } from 'vitest';
import { importAll } from './import-trace.ts';
import { parseTopology } from './topology-file.ts';

const recorded = parseTopology(
  JSON.stringify({
    uname: 'Linux (none) 6.1.0-56-amd64 #1 SMP',
    groups: [{ id: 6, addr: '0xff00', devices: [{ bdf: '0000:03:02.0', addr: '0x20000', driver: '' }] }],
  }),
);
const line = (at: string, text: string, task = 'h-1', cpu = 0): string => `${task} [00${cpu}] ..... ${at}: ${text}\n`;
const said = (text: string, beside = {}) => importAll(text, recorded, { beside }).report;
const quiet = line('1.0', 'tracing_mark_write: hello');

describe('what lies beside a trace', () => {
  const profile = '  gacq      6948   4604\n  gunlock     7115    4845\n  bind_store   3   0\n';
  const stats =
    '== cpu0\nentries: 0\noverrun: 5\ncommit overrun: 0\ndropped events: 0\n== cpu1\noverrun: 2\ndropped events: 1\n';

  it('kprobe_profile: probes that were missed are told, and the run is not called incomplete for it', () => {
    const report = said(quiet, { profile });
    expect(report).toMatchObject({ missed: 4604 + 4845, complete: true });
    expect(report.findings).toMatchObject([{ kind: 'probes-missed', text: expect.stringContaining('gunlock: 4845') }]);
    expect(said(quiet, { profile: '  gacq  6948  0\n' })).toMatchObject({ missed: 0, findings: [] });
  });

  it('stats: events that the ring lost are missing, but for those that LOST lines tell of', () => {
    expect(said(quiet, { stats })).toMatchObject({ overrun: 8, complete: false, findings: [{ kind: 'ring-overrun' }] });
    expect(said(`CPU:0 [LOST 3 EVENTS]\n${quiet}`, { stats })).toMatchObject({ overrun: 5 });
    const all = said(`CPU:0 [LOST 8 EVENTS]\n${quiet}`, { stats });
    expect(all).toMatchObject({ overrun: 0, lost: 8, complete: false });
    expect(all.findings.map(({ kind }) => kind)).toEqual(['events-lost', 'gap']);
  });

  it('is not asked about when it is not there', () => {
    expect(said(quiet)).toMatchObject({ missed: null, overrun: null, complete: true });
  });
});

describe('beside a gap', () => {
  const lock = 'lock=0xff58 gid=6';
  const takes = (task: string, at: string, cpu = 0) =>
    line(`${at}1`, `glock: (f) ${lock}`, task, cpu) + line(`${at}2`, 'gacq: (f)', task, cpu);
  const drops = (task: string, at: string, cpu = 0) => line(at, `gunlock: (f) ${lock}`, task, cpu);
  const lost = (cpu: number) => `CPU:${cpu} [LOST 9 EVENTS]\n`;

  it('a lock that two tasks seem to hold is no finding: the release is among what is missing', () => {
    // What CPU 1 lost lies before its next event, and so before the LOST line.
    const report = said(takes('h-1', '1.0', 1) + takes('h-2', '1.1', 0) + lost(1) + drops('h-2', '1.3'));
    expect(report).toMatchObject({ heldTwice: 0, withdrawn: 1, complete: false });
  });

  it('what was found before the last event of that CPU stays', () => {
    const dropped = takes('h-7', '0.5', 1) + drops('h-7', '0.6', 1);
    const twice = dropped + takes('h-1', '1.0', 1) + takes('h-2', '1.1', 0) + line('1.2', 'foo: x', 'h-9', 1) + lost(1);
    expect(said(twice)).toMatchObject({ heldTwice: 1, withdrawn: 0 });
  });

  it('who takes the lock afterwards proves that its holder from before dropped it', () => {
    const { events, report } = importAll(takes('h-1', '1.0') + lost(0) + takes('h-2', '1.1'), recorded);
    expect(report.heldTwice).toBe(0);
    const locks = events.filter(({ type }) => type.startsWith('Lock')).map(({ type, task }) => `${type} ${task}`);
    expect(locks.slice(-3)).toEqual(['LockRequested 2', 'LockReleased 1', 'LockAcquired 2']);
  });

  it('two who take it afterwards are a finding again', () => {
    const text = takes('h-1', '1.0') + lost(0) + takes('h-2', '1.1') + takes('h-3', '1.2');
    expect(said(text)).toMatchObject({ heldTwice: 1 });
  });
});

describe('a release without an acquisition', () => {
  it('is no fault: who drops a mutex had it, and the acquisition is said to be inferred', () => {
    const { events, report } = importAll(line('1.0', 'gunlock: (f) lock=0xff58 gid=6'), recorded);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['LockAcquired', { lock: 'group:6', inferred: true }],
      ['LockReleased', { lock: 'group:6' }],
    ]);
    expect(report.locks.group).toMatchObject({ acquired: 1, released: 1, inferred: 1 });
    expect(report.findings).toEqual([]);
  });
});

describe('an owner that points at the kernel’s own data', () => {
  const read = (at: string, owner: string) =>
    line(at, `gunlock: (f) lock=0xff58 gid=6 cnt=0 owner=${owner} dom=0x1 ddom=0x1`);
  const owners = (text: string) =>
    importAll(text, recorded).events.flatMap((event) => (event.type === 'OwnerSet' ? [event.data.owner] : []));
  const token = '0xffffffff82290944';

  it('is the DMA API where no claim offered it, and a user where one did', () => {
    expect(owners(read('1.0', token))).toEqual(['DMA_API']);
    const offered = line('0.9', `iommu_group_claim_dma_owner: (f) gp=0xff00 newowner=${token} gid=6`);
    expect(owners(offered + read('1.0', token))).toEqual([token]);
  });

  it('is a user’s where it is on the heap', () => {
    expect(owners(read('1.0', '0xff1100000297f000'))).toEqual(['0xff1100000297f000']);
  });

  it('is not explained by a claim with another cookie', () => {
    const claim = line('1.1', 'iommu_group_claim_dma_owner: (f) gp=0xff00 newowner=0xff1100000297f000 gid=6');
    expect(said(read('1.0', '0x0') + claim + read('1.2', token)).unexplained).toBe(1);
  });
});
