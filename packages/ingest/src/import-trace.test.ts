import { taskId } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { importAll } from './import-trace.ts';
import { NotATraceError } from './not-a-trace-error.ts';
import { noTopology, parseTopology, TopologyError } from './topology-file.ts';

const topologyText = JSON.stringify({
  uname: 'Linux (none) 6.1.0-56-amd64 #1 SMP',
  groups: [
    {
      id: 6,
      addr: '0xff00',
      devices: [
        { bdf: '0000:03:01.0', addr: '0x10000', driver: 'vfio-pci' },
        { bdf: '0000:03:02.0', addr: '0x20000', driver: '' },
      ],
    },
  ],
});
const recorded = parseTopology(topologyText);

const line = (task: string, seconds: string, text: string): string => `${task} [000] ..... ${seconds}: ${text}\n`;
const locked = (task: string, at: string, cnt: number, owner = '0x0'): string =>
  line(task, `${at}1`, 'glock: (mutex_lock+0x0) lock=0xff58 gid=6') +
  line(task, `${at}2`, 'gacq: (x <- mutex_lock)') +
  line(task, `${at}3`, `gunlock: (mutex_unlock+0x0) lock=0xff58 gid=6 cnt=${cnt} owner=${owner} dom=0x1 ddom=0x1`);
const use = (task: string, at: string, cnt: number, ret = 0): string =>
  line(task, `${at}0`, 'iommu_device_use_default_domain: (f) dev="0000:03:02.0" gp=0xff00 gid=6') +
  locked(task, at, cnt) +
  line(task, `${at}4`, `iommu_device_use_default_domain_ret: (f) ret=${ret}`);

describe('the accounting of a recording', () => {
  it('explains one more user by the use that the task is in', () => {
    const { events, report } = importAll(use('h-1', '1.0', 1) + use('h-2', '1.1', 2), recorded);
    expect(report.unexplained).toBe(0);
    expect(events.filter(({ type }) => type === 'OwnerSet').map(({ data }) => data)).toEqual([
      { group: '6', owner: null, count: 1 },
      { group: '6', owner: null, count: 2 },
    ]);
  });

  it('reports a jump by two, with its position', () => {
    const { events, report } = importAll(use('h-1', '1.0', 1) + use('h-2', '1.1', 3), recorded);
    expect(report.unexplained).toBe(1);
    const [finding] = report.findings;
    expect(finding).toMatchObject({ kind: 'unexplained-ownership' });
    expect(events[(finding?.position ?? 0) - 1]).toMatchObject({ type: 'OwnerSet', data: { count: 3 } });
  });

  it('reports a change made by a task that is in no call', () => {
    const { report } = importAll(use('h-1', '1.0', 1) + locked('h-2', '1.1', 0), recorded);
    expect(report.findings[0]?.text).toContain('while task 2 was in no call');
  });
});

describe('what the accounting does not let pass', () => {
  const call = (op: string, text: string, ret: number, cookie = '0xaa'): string => {
    const device = op === 'use' || op === 'unuse';
    const name = device ? `iommu_device_${op}_default_domain` : `iommu_group_${op}_dma_owner`;
    const about = device ? 'dev="0000:03:02.0" gp=0xff00 gid=6' : `gp=0xff00 newowner=${cookie} gid=6`;
    return line('h-1', '1.0', `${name}: (f) ${about}`) + text + line('h-1', '1.9', `${name}_ret: (f) ret=${ret}`);
  };
  const reads = (cnt: number, owner = '0x0') => locked('h-1', '1.1', cnt, owner);
  const unexplained = (...texts: readonly string[]) => importAll(texts.join(''), recorded).report.unexplained;
  const counting = [reads(0), call('use', reads(1), 0), call('unuse', reads(0), 0)];
  const token = [reads(0), call('use', reads(0, '0xff'), 0), call('unuse', reads(0), 0)];

  it('knows the good ones', () => {
    expect(unexplained(...counting, call('claim', reads(1, '0xaa'), 0), call('release', reads(0), 0))).toBe(0);
    expect(unexplained(...counting, call('claim', reads(0), -1))).toBe(0);
    expect(unexplained(...token, call('claim', reads(0, '0xaa'), 0), call('release', reads(0), 0))).toBe(0);
    expect(unexplained(...token, call('use', reads(0, '0xff'), 0), call('use', reads(0, '0xff'), 0))).toBe(0);
  });

  it.each([
    ['a use of a group that a user owns', call('claim', reads(1, '0xaa'), 0) + call('use', reads(2, '0xaa'), 0)],
    ['a use that sets an owner where users are counted', call('use', reads(0, '0xff'), 0)],
    [
      'an unuse that drops an owner where users are counted',
      call('claim', reads(1, '0xaa'), 0) + call('unuse', reads(0), 0),
    ],
    ['an unuse that adds a user', call('unuse', reads(1), 0)],
    ['a claim without its count', call('claim', reads(0, '0xaa'), 0)],
    ['a claim with another cookie', call('claim', reads(1, '0xbb'), 0)],
    ['a claim that is refused and takes the group', call('claim', reads(1, '0xaa'), -1)],
    ['a use that succeeds and adds nothing', call('use', reads(0), 0)],
    ['a use that adds twice', call('use', reads(1) + reads(2), 0)],
    ['a release that leaves a count', call('claim', reads(1, '0xaa'), 0) + call('release', reads(1), 0)],
  ])('%s', (_what, text) => {
    expect(unexplained(...counting, text)).toBe(1);
  });

  it('a token that somebody else set', () => {
    expect(unexplained(...token, call('use', reads(0, '0xee'), 0))).toBe(1);
    expect(unexplained(...token, call('claim', reads(0, '0xaa'), 0), call('unuse', reads(0), 0))).toBe(1);
  });
});

describe('what a recording cannot show at once', () => {
  it('is dated at the same task’s next line: a device lock without a probe on its return', () => {
    const text =
      line('h-1', '1.000001', 'dlock: (mutex_lock+0x0) lock=0x20080 dev="0000:03:02.0"') +
      line('h-2', '1.000002', 'driver_bound: (f) dev="0000:03:01.0"') +
      line('h-1', '1.000003', 'driver_bound: (f) dev="0000:03:02.0"');
    const { events } = importAll(text, recorded);
    expect(events.filter(({ type }) => type.startsWith('Lock'))).toMatchObject([
      { type: 'LockRequested', data: { lock: 'device:0000:03:02.0' }, line: 1 },
      { type: 'LockAcquired', data: { lock: 'device:0000:03:02.0', inferred: true }, line: 3 },
    ]);
  });

  it('is not guessed where the mutex’s return has a probe: that line tells it', () => {
    const text =
      line('h-1', '1.000001', 'glock: (mutex_lock+0x0) lock=0xff58 gid=6') +
      line('h-1', '1.000002', 'gacq: (x <- mutex_lock)') +
      line('h-1', '1.000003', 'gunlock: (mutex_unlock+0x0) lock=0xff58 gid=6 cnt=0 owner=0x0 dom=0x1 ddom=0x1');
    const locks = importAll(text, recorded).events.filter(({ type }) => type === 'LockAcquired');
    expect(locks.map(({ data }) => data)).toEqual([{ lock: 'group:6' }]);
  });

  it('is guessed for a caller that the probe’s filter leaves out: no task waits for ever', () => {
    const text =
      line('h-1', '1.000001', 'glock: (mutex_lock+0x0) lock=0xff58 gid=6') +
      line('h-1', '1.000003', 'gunlock: (mutex_unlock+0x0) lock=0xff58 gid=6 cnt=0 owner=0x0 dom=0x1 ddom=0x1');
    const { events } = importAll(text, recorded);
    expect(events.filter(({ type }) => type === 'LockAcquired')).toMatchObject([{ data: { inferred: true } }]);
  });

  it('is not taken from a contention line: the task still waits', () => {
    const text =
      line('h-1', '1.000001', 'dlock: (mutex_lock+0x0) lock=0x20080 dev="0000:03:02.0"') +
      line('h-1', '1.000002', 'contention_begin: 000000001 (flags=MUTEX)');
    const { events } = importAll(text, recorded);
    expect(events.map(({ type }) => type)).toEqual(['LockRequested', 'LockContended']);
  });
});

describe('a claim that is refused while the group is quiet', () => {
  const claim = (at: string, ret: number): string =>
    line('h-1', `${at}0`, 'iommu_group_claim_dma_owner: (f) gp=0xff00 newowner=0xaa gid=6') +
    line('h-1', `${at}4`, `iommu_group_claim_dma_owner_ret: (f) ret=${ret}`);

  const seenFree = locked('h-8', '0.1', 0);

  it('is found: only vfio-pci is bound and nobody is inside a bind or unbind', () => {
    const { report } = importAll(seenFree + claim('1.0', -16), recorded);
    expect(report.findings).toMatchObject([{ kind: 'claim-refused-while-quiet' }]);
  });

  it('is no finding while a sibling is inside a bind', () => {
    const bind = line('h-9', '0.9', 'really_probe: (f) dev="0000:03:02.0" gp=0xff00 gid=6 drv="virtio-pci" mdma=0');
    expect(importAll(seenFree + bind + claim('1.0', -16), recorded).report.findings).toEqual([]);
  });

  it('is no finding while an earlier claim holds the group', () => {
    expect(importAll(seenFree + claim('1.0', 0) + claim('1.1', -1), recorded).report.findings).toEqual([]);
  });

  it('is no finding where it is not certain: never seen free, first seen with a user, events lost, another claim under way, no memory', () => {
    const entered = line('h-2', '0.9', 'iommu_group_claim_dma_owner: (f) gp=0xff00 newowner=0xbb gid=6');
    for (const text of [
      claim('1.0', -16),
      locked('h-8', '0.1', 1) + claim('1.0', -16),
      `${seenFree}CPU:0 [LOST EVENTS]\n${claim('1.0', -16)}`,
      seenFree + entered + claim('1.0', -16),
      seenFree + claim('1.0', -12),
    ]) {
      const { findings } = importAll(text, recorded).report;
      expect(findings.filter(({ kind }) => kind === 'claim-refused-while-quiet')).toEqual([]);
    }
  });

  it('is no finding while somebody holds a device’s lock, or a driver is bound that may use the DMA API', () => {
    const holds =
      line('h-9', '0.91', 'dlock: (f) lock=0x20080 dev="0000:03:02.0"') + line('h-9', '0.92', 'some_probe: (f) x=1');
    expect(importAll(seenFree + holds + claim('1.0', -16), recorded).report.findings).toEqual([]);
    const kernelUser = parseTopology(topologyText.replace('"driver":""', '"driver":"e1000"'));
    expect(importAll(seenFree + claim('1.0', -16), kernelUser).report.findings).toEqual([]);
  });

  it('is no finding when a sibling began to bind meanwhile', () => {
    const bind = line('h-9', '1.01', 'really_probe: (f) dev="0000:03:02.0" gp=0xff00 gid=6 drv="virtio-pci" mdma=0');
    const [entry = '', exit = ''] = claim('1.0', -16).split(/(?<=\n)/);
    expect(importAll(seenFree + entry + bind + exit, recorded).report.findings).toEqual([]);
  });
});

describe('a claim under the mutex', () => {
  const claimed = (owner: string, cnt: number, dom: string): string =>
    line('h-1', '1.000001', 'glock: (mutex_lock+0x0) lock=0xff58 gid=6') +
    line('h-1', '1.000002', 'gacq: (x <- mutex_lock)') +
    line('h-1', '1.000003', `gunlock: (f) lock=0xff58 gid=6 cnt=${cnt} owner=${owner} dom=${dom} ddom=0x1`);
  const inside = (what: string, op: string): string =>
    line('h-1', '1.000000', `iommu_group_${op}_dma_owner: (f) gp=0xff00 newowner=0xaa gid=6`) +
    what +
    line('h-1', '1.000004', `iommu_group_${op}_dma_owner_ret: (f) ret=0`);
  const changes = (text: string): string[] =>
    importAll(text, recorded)
      .events.map(({ type }) => type)
      .filter((type) => type === 'OwnerSet' || type === 'DomainAttached');

  it('attaches the domain and then sets the owner; a release is the other way round', () => {
    const free = claimed('0x0', 0, '0x1');
    const owned = inside(claimed('0xaa', 1, '0x2'), 'claim');
    expect(changes(free + owned).slice(-2)).toEqual(['DomainAttached', 'OwnerSet']);
    expect(changes(free + owned + inside(free, 'release')).slice(-2)).toEqual(['OwnerSet', 'DomainAttached']);
  });
});

describe('a recording with a gap', () => {
  it('lets a call from before it neither explain what comes after nor be missed there', () => {
    const entry = line('h-1', '1.0', 'iommu_device_use_default_domain: (f) dev="0000:03:02.0" gp=0xff00 gid=6');
    const text = `${locked('h-9', '0.9', 0)}${entry}CPU:0 [LOST 7 EVENTS]\n${locked('h-1', '1.1', 0)}`;
    const asked = line('h-1', '1.15', 'unbind_store: (f) drv="e1000" buf="0000:03:02.0"');
    // It may still be in that use; once it comes from user space again, it is not.
    expect(importAll(text + locked('h-1', '1.2', 1), recorded).report.unexplained).toBe(0);
    expect(importAll(text + asked + locked('h-1', '1.2', 1), recorded).report.unexplained).toBe(1);
  });

  it('tells what it can of a return whose entry is missing', () => {
    const text = `CPU:0 [LOST 7 EVENTS]\n${line('h-1', '1.0', 'iommu_group_claim_dma_owner_ret: (f) ret=-1')}`;
    const { events, report } = importAll(use('h-9', '0.9', 1) + text, recorded);
    expect(events.at(-1)).toMatchObject({ type: 'CallReturned', data: { op: 'claim', group: null, errno: 'EPERM' } });
    expect(report.calls['claim']).toEqual({ EPERM: 1 });
  });

  it('says of every later finding that it may be owed to the gap', () => {
    const text = `${use('h-1', '1.0', 1)}CPU:0 [LOST 7 EVENTS]\n${use('h-2', '1.1', 3)}${use('h-3', '1.2', 5)}`;
    const { findings, unexplained } = importAll(text, recorded).report;
    // The first reading after the gap cannot be judged.
    expect(unexplained).toBe(1);
    expect(findings[0]?.text).toMatch(/events were lost before this/);
    const whole = importAll(use('h-1', '1.0', 1) + use('h-2', '1.1', 3), recorded).report;
    expect(whole.findings[0]?.text).not.toMatch(/lost/);
  });

  it('of unknown size is a gap all the same', () => {
    const { events, report } = importAll(`${use('h-1', '1.0', 1)}CPU:1 [LOST EVENTS]\n`, recorded);
    expect(events.at(-1)).toMatchObject({ type: 'EventsLost', data: { count: null } });
    expect(report.lost).toBe(1);
  });
});

describe('an import', () => {
  it('accounts for every line: facts, verbatim and skipped', () => {
    const text = `# tracer: nop\n\n${use('h-1', '1.0', 1)}${line('h-1', '2.0', 'some_probe: (f) x=1')}garbage\n`;
    const { report } = importAll(text, recorded);
    expect(report).toMatchObject({ lines: 9, events: 5, verbatim: 1, skipped: 3 });
    expect(report.kept).toEqual([{ name: 'some_probe', count: 1 }]);
  });

  it('turns a LOST line into the fact that events are missing', () => {
    const { events, report } = importAll(`${use('h-1', '1.0', 1)}CPU:1 [LOST 107 EVENTS]\n`, recorded);
    expect(events.at(-1)).toMatchObject({ type: 'EventsLost', data: { count: 107 }, task: taskId('-') });
    expect(report.lost).toBe(107);
  });

  it('keeps what was good of a trace that breaks off, and says so', () => {
    const { events, report } = importAll(`${use('h-1', '1.0', 1)}h-1 [000] ..... 1.05: glo`, recorded);
    expect(report.complete).toBe(false);
    expect(report.skipped).toBe(1);
    expect(report.findings.map(({ kind }) => kind)).toContain('cut');
    expect(events.at(-1)).toMatchObject({ type: 'RecordingEnded', data: { how: 'cut' } });
    expect(events.some(({ type }) => type === 'OwnerSet')).toBe(true);
  });

  it('counts each line of an event whose argument has a newline in it', () => {
    const split = line('h-1', '1.0', 'bind_store: (f) drv="e1000" buf="0000:03:02.0\n"');
    const { events, report } = importAll(split + use('h-2', '2.0', 1), recorded);
    expect(report).toMatchObject({ lines: 7, skipped: 0, findings: [] });
    expect(report.events + report.verbatim + report.skipped).toBe(report.lines);
    expect(events[0]).toMatchObject({ type: 'SyscallEntered', data: { about: '0000:03:02.0\n e1000' }, line: 1 });
    expect(events[1]).toMatchObject({ type: 'CallEntered', line: 3 });
  });

  it('does not read a line that is cut: half a number is another number', () => {
    const entry = line('h-1', '1.0', 'iommu_group_claim_dma_owner: (f) gp=0xff00 newowner=0xaa gid=6');
    const whole = line('h-1', '1.1', 'iommu_group_claim_dma_owner_ret: (f) ret=-16');
    for (let kept = whole.length - 1; kept > 0; kept -= 1) {
      const { report } = importAll(entry + whole.slice(0, kept), recorded);
      expect(report.calls).toEqual({});
      expect(report.events + report.verbatim + report.skipped).toBe(2);
    }
  });

  it('keeps a line whose string is cut or empty, and goes on', () => {
    const cut = line('h-1', '1.0', 'really_probe: (f) dev="0000:03:02.0" gp=0xff00 gid=6 drv="');
    const none = line('h-1', '1.1', 'really_probe: (f) dev="0000:03:02.0" gp=0xff00 gid=__proto__ drv=""');
    const { report } = importAll(cut + none + use('h-2', '2.0', 1), recorded);
    expect(report).toMatchObject({ verbatim: 2, events: 5 });
  });

  it('refuses what is no trace, saying what was expected', () => {
    expect(() => importAll('int main(void)\n{\n}\n', noTopology)).toThrow(NotATraceError);
    expect(() => importAll('', noTopology)).toThrow(/it is empty/);
  });

  it('works without a topology, by what the probes read', () => {
    const { events, report } = importAll(use('h-1', '1.0', 1), noTopology);
    expect(events.some(({ type }) => type === 'OwnerSet')).toBe(true);
    expect(report.findings.map(({ kind }) => kind)).toEqual(['kernel-unknown', 'no-topology']);
  });
});

describe('an object that a probe names', () => {
  it('is no group when its pointer is null, whatever number stands beside it', () => {
    const text = line('h-1', '1.0', 'iommu_device_use_default_domain: (f) dev="virtio1" gp=0x0 gid=0');
    expect(importAll(text, recorded).events).toMatchObject([{ type: 'CallEntered', data: { op: 'use', group: null } }]);
  });

  it('is the group whose number was read of it, not a neighbour in memory', () => {
    const text = line('h-1', '1.0', 'glock: (f) lock=0xff58 gid=9');
    expect(importAll(text, recorded).events).toMatchObject([{ type: 'LockRequested', data: { lock: 'group:9' } }]);
  });
});

describe('5.10, where VFIO asks whether a group is viable', () => {
  const old = parseTopology(topologyText.replace('6.1.0-56-amd64', '5.10.0-46-amd64'));
  const notViable =
    line('h-1', '1.1', 'vfio_dev_viable: (f) dev="0000:03:02.0" vg=0x1') +
    line('h-1', '1.2', 'vfio_dev_viable_ret: (f) ret=-22');
  const under = (action: number) =>
    line('h-1', '1.0', `vfio_iommu_group_notifier: (f) action=${action} dev="0000:03:02.0" gp=0xff00 gid=6`) +
    notViable;
  const bugs = (text: string) => importAll(text, old).report.findings.filter(({ kind }) => kind === 'bug');

  it('a "no" is the BUG straight under the notifier of a bound driver, and only there', () => {
    expect(bugs(under(4))).toMatchObject([{ position: 3 }]);
    expect(bugs(under(3))).toEqual([]);
    expect(bugs(notViable)).toEqual([]);
  });

  it('the driver is gone for certain when UNBOUND_DRIVER is notified', () => {
    const text = line('h-1', '1.0', 'iommu_bus_notifier: (f) action=7 dev="0000:03:02.0" gp=0xff00');
    expect(importAll(text, old).events.map(({ type }) => type)).toEqual(['DriverCleared', 'BusNotified']);
  });
});

describe('the line of kernels', () => {
  const of = (release: string) => parseTopology(topologyText.replace('6.1.0-56-amd64', release));
  const notified = (action: number) =>
    line('h-1', '1.0', `iommu_bus_notifier: (f) action=${action} dev="0000:03:02.0" gp=0xff00`);
  const probed = (ret: number) =>
    line('h-1', '1.0', 'really_probe: (f) dev="0000:03:02.0" gp=0xff00 gid=6 drv="e1000" mdma=0') +
    line('h-1', '1.1', 'driver_sysfs_add: (f) dev="0000:03:02.0"') +
    line('h-1', '1.2', `really_probe_ret: (f) ret=${ret}`);
  const eventsOf = (text: string, release: string) =>
    importAll(text, of(release)).events.flatMap((event) => (event.type === 'BusNotified' ? [event.data.event] : []));
  const errnoOf = (text: string, release: string) =>
    importAll(text, of(release)).events.flatMap((event) => (event.type === 'BindReturned' ? [event.data.errno] : []));

  it('numbers the notifier’s events from 1 up to 6.2 and from 0 since', () => {
    expect(['5.10.0-46-amd64', '6.1.192', '6.2.1'].map((release) => eventsOf(notified(5), release))).toEqual(
      Array(3).fill(['BOUND_DRIVER']),
    );
    expect(['6.3.1', '6.12.117'].map((release) => eventsOf(notified(4), release))).toEqual(
      Array(2).fill(['BOUND_DRIVER']),
    );
  });

  it('says 1 for a bound driver up to 5.13 and 0 since; a failed probe comes back positive', () => {
    expect([errnoOf(probed(1), '5.13.1'), errnoOf(probed(0), '5.13.1')]).toEqual([['OK'], ['E?']]);
    expect([errnoOf(probed(0), '5.15.1'), errnoOf(probed(19), '5.15.1')]).toEqual([['OK'], ['ENODEV']]);
    expect([errnoOf(probed(0), '6.1.1'), errnoOf(probed(-16), '6.1.1')]).toEqual([['OK'], ['EBUSY']]);
  });

  it('does not take a driver as set by a really_probe that gave up at once', () => {
    const deferred =
      line('h-1', '1.0', 'really_probe: (f) dev="0000:03:02.0" gp=0xff00 gid=6 drv="e1000" mdma=0') +
      line('h-1', '1.2', 'really_probe_ret: (f) ret=-517');
    expect(importAll(deferred, recorded).events.map(({ type }) => type)).toEqual(['BindStarted', 'BindReturned']);
  });
});

describe('the group read once more as its mutex is taken', () => {
  const held = (at: string, cnt: number, seen: number) =>
    line('h-1', `${at}1`, 'glock: (f) lock=0xff58 gid=6') +
    line('h-1', `${at}2`, `gacq: (f) lock=0xff58 gid=6 cnt=${seen} owner=0x0 dom=0x1 ddom=0x1`) +
    line('h-1', `${at}3`, `gunlock: (f) lock=0xff58 gid=6 cnt=${cnt} owner=0x0 dom=0x1 ddom=0x1`);

  it('is silent when it agrees with what is known, and a finding when it does not', () => {
    expect(importAll(held('1.0', 1, 1) + held('1.1', 1, 1), recorded).report.unexplained).toBe(0);
    const { events, report } = importAll(held('1.0', 1, 1) + held('1.1', 1, 3), recorded);
    expect(events.filter(({ type }) => type === 'GroupSampled')).toMatchObject([{ data: { count: 3 } }]);
    expect(report.findings[0]?.text).toContain('changed while nobody was seen to hold the mutex');
  });
});

describe('a lock that two tasks hold', () => {
  it('is found, where it came to be so', () => {
    const takes = (task: string, at: string) =>
      line(task, `${at}1`, 'glock: (f) lock=0xff58 gid=6') + line(task, `${at}2`, 'gacq: (f)');
    const drops = line('h-2', '1.13', 'gunlock: (f) lock=0xff58 gid=6');
    const { report } = importAll(takes('h-1', '1.0') + takes('h-2', '1.1') + drops, recorded);
    expect(report.heldTwice).toBe(1);
    expect(report.findings).toMatchObject([
      { kind: 'lock-held-twice', position: 4, text: 'group:6 is held by two tasks, 1 and 2' },
    ]);
  });

  it('is not judged where no probe shows that locks are dropped', () => {
    const takes = (task: string, at: string) =>
      line(task, `${at}1`, 'glock: (f) lock=0xff58 gid=6') + line(task, `${at}2`, 'gacq: (f)');
    const { report } = importAll(takes('h-1', '1.0') + takes('h-2', '1.1'), recorded);
    expect(report.heldTwice).toBe(0);
    expect(report.findings).toMatchObject([{ kind: 'not-judged', text: expect.stringContaining('doctor trace') }]);
  });
});

describe('a claim that no probe shows the beginning of', () => {
  const owns = (at: string, owner: string, cnt: number) =>
    line('h-1', at, `gunlock: (f) lock=0xff58 gid=6 cnt=${cnt} owner=${owner} dom=0x1 ddom=0x1`);
  const text = owns('1.1', '0x0', 0) + owns('1.2', '0xff77', 1);

  it('leaves nobody to explain the new owner, and is not held against the kernel', () => {
    const { report } = importAll(text + line('h-1', '1.3', 'iommu_group_claim_dma_owner_ret: (f) ret=0'), recorded);
    expect(report.unexplained).toBe(0);
    expect(report.findings).toMatchObject([
      { kind: 'not-judged', text: expect.stringContaining('beginning of claim') },
    ]);
  });

  it('is no excuse where no claim returned either', () => {
    expect(importAll(text, recorded).report.unexplained).toBe(1);
  });
});

describe('the domain of a group', () => {
  it('is default, the one a claim attached is blocking, and any other stays an address', () => {
    const reads = (dom: string, owner: string, cnt: number) =>
      line('h-1', '1.1', `gunlock: (f) lock=0xff58 gid=6 cnt=${cnt} owner=${owner} dom=${dom} ddom=0x1`);
    const text =
      reads('0x1', '0x0', 0) +
      line('h-1', '1.0', 'iommu_group_claim_dma_owner: (f) gp=0xff00 newowner=0xaa gid=6') +
      reads('0x2', '0xaa', 1) +
      line('h-1', '1.2', 'iommu_group_claim_dma_owner_ret: (f) ret=0') +
      reads('0x3', '0xaa', 1) +
      reads('0x3', '0xaa', 1) +
      reads('0x2', '0xaa', 1);
    const { events } = importAll(text, recorded);
    expect(events.flatMap((event) => (event.type === 'DomainAttached' ? [event.data.domain] : []))).toEqual([
      'default',
      'blocking',
      '0x3',
      'blocking',
    ]);
  });
});

describe('a recording’s marks', () => {
  const mark = (at: string, text: string) => line('init-1', at, `tracing_mark_write: SCN ${text}`);
  const findings = (text: string) => importAll(text, recorded).report.findings.map(({ kind }) => kind);

  it('a beginning without an end broke off; with one it did not', () => {
    expect(findings(mark('1.0', 'begin scen=x'))).toEqual(['cut']);
    expect(findings(mark('1.0', 'begin scen=x') + mark('2.0', 'end scen=x'))).toEqual([]);
  });

  it('time that goes back is said', () => {
    expect(findings(mark('2.0', 'a') + mark('1.0', 'b'))).toEqual(['time-backwards']);
  });
});

describe('a topology of another machine', () => {
  const begin = (uname: string) =>
    line('init-1', '0.5', `tracing_mark_write: SCN begin scen=x uname=${uname} clock=mono`);

  it('is refused when the trace says that it is of another kernel', () => {
    expect(() => importAll(begin('6.12.117+deb12-amd64') + use('h-1', '1.0', 1), recorded)).toThrow(
      /trace of 6\.12\.117\+deb12-amd64 with a topology of 6\.1\.0-56-amd64/,
    );
  });

  it('is found when the trace’s groups are not in it', () => {
    const text = line('h-1', '1.0', 'iommu_device_use_default_domain: (f) dev="0000:03:02.0" gp=0xee00 gid=6');
    expect(importAll(text, recorded).report.findings).toMatchObject([{ kind: 'topology-mismatch' }]);
  });
});

describe('a topology file', () => {
  it('is refused when it is not one, saying where', () => {
    expect(() => parseTopology('{"groups":[{"id":"six"}]}')).toThrow(TopologyError);
    expect(() => parseTopology('{')).toThrow(/must be JSON/);
  });
});
