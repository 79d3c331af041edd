import { describe, expect, it } from 'vitest';
import { importAll } from './import-trace.ts';
import { parseMappingFile } from './mapping/mapping-file.ts';
import { noTopology, parseTopology } from './topology-file.ts';

const recorded = parseTopology(
  JSON.stringify({
    uname: 'Linux (none) 6.12.117+deb12-amd64 #1 SMP',
    groups: [
      {
        id: 6,
        addr: '0xff110000054ada00',
        devices: [{ bdf: '0000:03:02.0', addr: '0xff1100001f0830d0', driver: '' }],
      },
    ],
  }),
);
const line = (at: string, text: string, task = 'h-1'): string => `${task} [000] ..... ${at}: ${text}\n`;
const facts = (text: string, topology = recorded, mapping?: string) =>
  importAll(text, topology, {
    mapping: mapping === undefined ? undefined : parseMappingFile(mapping, 'mine.json'),
  }).events.map(({ type, data }) => ({ type, data }));
const types = (text: string, mapping?: string) => facts(text, recorded, mapping).map(({ type }) => type);

const device = 'dev="0000:03:02.0" gp=0xff110000054ada00 gid=6';

describe('a probe with a name of its own', () => {
  it('tells what the function means, its return too', () => {
    const text =
      line('1.0', `foo: (iommu_device_use_default_domain+0x4/0x90) ${device}`) +
      line('1.1', 'bar: (pci_dma_configure+0x7b/0xd0 <- iommu_device_use_default_domain) ret=-16');
    expect(facts(text)).toEqual([
      { type: 'CallEntered', data: { op: 'use', group: '6', device: '0000:03:02.0' } },
      { type: 'CallReturned', data: { op: 'use', group: '6', device: '0000:03:02.0', errno: 'EBUSY' } },
    ]);
  });

  it('may call its arguments as a mapping says', () => {
    const text = line('1.0', 'foo: (my_use+0x4/0x90) d="0000:03:02.0" grp=0xff110000054ada00 n=6');
    const mapping = JSON.stringify({
      rows: [{ on: 'my_use', at: 'entry', means: 'CallEntered', as: 'use' }],
      arguments: { d: 'dev', grp: 'gp', n: 'gid' },
    });
    expect(types(text)).toEqual(['LineKept']);
    expect(facts(text, recorded, mapping)).toEqual([
      { type: 'CallEntered', data: { op: 'use', group: '6', device: '0000:03:02.0' } },
    ]);
  });

  it('that never printed is told of: its name may be misspelt', () => {
    const text = line('1.0', 'foo: (my_use+0x4/0x90) dev="0000:03:02.0"');
    const row = { at: 'entry', means: 'CallEntered', as: 'use' };
    const rows = [
      { ...row, on: 'my_use' },
      { ...row, on: 'my_user' },
    ];
    const mapping = parseMappingFile(JSON.stringify({ rows }), 'mine.json');
    const { findings } = importAll(text, recorded, { mapping }).report;
    expect(findings.filter(({ kind }) => kind === 'mapping-unused').map((finding) => finding.text)).toEqual([
      'no line of the trace was read by 1 of the 2 rows of mine.json: my_user entry',
    ]);
  });

  it('that stands where another does tells nothing again, at the entry and at the return', () => {
    const entry = (name: string, at: string) =>
      line(at, `${name}: (iommu_device_use_default_domain+0x4/0x90) ${device}`);
    const exit = (name: string, at: string) =>
      line(at, `${name}: (x+0x7/0xd0 <- iommu_device_use_default_domain) ret=0`);
    const twice = entry('a', '1.0') + entry('b', '1.1') + exit('b_ret', '1.2') + exit('a_ret', '1.3');
    expect(types(twice)).toEqual(['CallEntered', 'LineKept', 'LineKept', 'CallReturned']);
    const others = entry('a', '1.0') + exit('x', '1.2') + exit('y', '1.3');
    expect(types(others)).toEqual(['CallEntered', 'CallReturned', 'LineKept']);
    // The same probe twice is two calls.
    const nested = entry('a', '1.0') + entry('a', '1.1') + exit('a_ret', '1.2') + exit('a_ret', '1.3');
    expect(types(nested)).toEqual(['CallEntered', 'CallEntered', 'CallReturned', 'CallReturned']);
  });

  it('on the return of one function nested in itself is paired innermost first', () => {
    const bind = (dev: string, at: string) =>
      line(at, `foo: (really_probe+0x0/0x390) dev="${dev}" gp=0xff110000054ada00 gid=6 drv="d" mdma=0`);
    const ended = (at: string, ret: number) => line(at, `bar: (x+0x1/0x2 <- really_probe) ret=${ret}`);
    const between = line('1.15', 'other: (f+0x0/0x1)');
    const all = facts(
      bind('0000:03:02.0', '1.0') + bind('0000:03:09.0', '1.1') + between + ended('1.2', -19) + ended('1.3', 0),
    );
    expect(all.filter(({ type }) => type === 'BindReturned').map(({ data }) => data)).toEqual([
      { device: '0000:03:09.0', errno: 'ENODEV' },
      { device: '0000:03:02.0', errno: 'OK' },
    ]);
  });
});

describe('an argument of another type than ours', () => {
  it('is the same number in hex', () => {
    const text = line('1.0', 'gunlock: (mutex_unlock+0x4/0x30) lock=0xff110000054ada58 gid=0x6 cnt=0x2 owner=0x0');
    expect(facts(text)).toContainEqual({ type: 'OwnerSet', data: { group: '6', owner: null, count: 2 } });
  });

  it('is no number where it cannot be read', () => {
    const text = line('1.0', 'gunlock: (mutex_unlock+0x4/0x30) lock=0xff110000054ada58 gid=6 cnt=(fault) owner=0x0');
    expect(types(text)).toEqual(['LockAcquired', 'LockReleased']);
  });

  it('is a driver by its address where its name was not printed', () => {
    const bind = (drv: string) => line('1.0', `really_probe: (really_probe+0x0/0x390) ${device} drv=${drv} mdma=0`);
    expect(facts(bind('0xffffffffc02230d8'))[0]).toMatchObject({ data: { driver: 'driver@ffffffffc02230d8' } });
    expect(facts(bind('"e1000"'))[0]).toMatchObject({ data: { driver: 'e1000' } });
  });
});

describe('names without a topology', () => {
  const lock = (at: string, name: string, text: string) =>
    line(at, `${name}: (${name === 'l' ? 'mutex_lock' : 'mutex_unlock'}+0x0/0x30) ${text}`);
  const locks = (text: string) =>
    facts(text, noTopology).flatMap(({ type, data }) => ('lock' in data ? [`${type} ${data.lock}`] : []));

  it('a lock is what stood beside its address, from then on', () => {
    const address = 'lock=0xff110000054ada58';
    const text =
      lock('1.0', 'l', `${address} gid=6`) +
      lock('1.1', 'u', address) +
      lock('1.2', 'l', address) +
      lock('1.3', 'u', address);
    expect(new Set(locks(text).map((fact) => fact.split(' ')[1]))).toEqual(new Set(['group:6']));
  });

  it('a lock that is taken before its name was seen is dropped by the name it was taken by', () => {
    const text = lock('1.0', 'l', 'lock=0xff110000054ada58') + lock('1.1', 'u', 'lock=0xff110000054ada58 gid=6');
    expect(locks(text)).toEqual([
      'LockRequested lock@ff110000054ada58',
      'LockAcquired lock@ff110000054ada58',
      'LockReleased lock@ff110000054ada58',
    ]);
  });

  it('a hashed pointer is no address: nothing is learnt by it', () => {
    const hashed = 'lock=0x00000000115cd732';
    expect(locks(lock('1.0', 'l', `${hashed} gid=6`) + lock('1.1', 'l', hashed))).toEqual([
      'LockRequested group:6',
      'LockAcquired group:6',
    ]);
  });

  it('a device that is only an address stays one, until its name stands beside it', () => {
    const use = (at: string, text: string) => line(at, `foo: (iommu_device_use_default_domain+0x4/0x90) ${text}`);
    const group = 'gp=0xff110000054ada00 gid=6';
    const named = facts(
      use('1.0', `dev=0xff1100001f0830d0 ${group}`) +
        use('1.1', `dev="0000:03:02.0" devp=0xff1100001f0830d0 ${group}`) +
        use('1.2', `dev=0xff1100001f0830d0 ${group}`),
      noTopology,
    ).flatMap(({ type, data }) => (type === 'CallEntered' ? [(data as { device?: string }).device] : []));
    expect(named).toEqual(['device@ff1100001f0830d0', '0000:03:02.0', '0000:03:02.0']);
  });

  it('a contention at a real address is that lock’s, at another one nobody’s', () => {
    const begin = (address: string, flags: string) => line('1.1', `contention_begin: ${address} (flags=${flags})`);
    const wanted = lock('1.0', 'l', 'lock=0xff110000054ada58 gid=6');
    const contended = (text: string) => locks(wanted + text).filter((fact) => fact.startsWith('LockContended'));
    expect(contended(begin('ff110000054ada58', 'MUTEX'))).toEqual(['LockContended group:6']);
    expect(contended(begin('00000000115cd732', 'SPIN|MUTEX'))).toEqual(['LockContended group:6']);
    expect(contended(begin('00000000115cd732', 'SPIN'))).toEqual([]);
    expect(contended(begin('ff11000005509958', 'MUTEX'))).toEqual([]);
  });
});

describe('hotplug', () => {
  const notified = (at: string, action: number, text: string) =>
    line(at, `iommu_bus_notifier: (iommu_bus_notifier+0x4/0x50) action=${action} ${text}`);
  const removed = notified('1.0', 2, device);
  it('a device that comes is registered, and in its group once that is seen', () => {
    const text =
      notified('1.0', 0, 'dev="0000:03:07.0" gp=0x0') +
      notified('1.1', 3, 'dev="0000:03:07.0" gp=0xff110000054ada00 gid=6');
    expect(types(text)).toEqual(['DeviceRegistered', 'BusNotified', 'DeviceAdded', 'BusNotified']);
  });

  it('a device that went is removed, and its address may be another’s', () => {
    expect(types(removed)).toEqual(['BusNotified', 'DeviceRemoved']);
    const dlock = (text = '') => line('1.1', `dlock: (mutex_lock+0x4/0x30) lock=0xff1100001f083160 ${text}`);
    const of = (text: string) =>
      facts(text).flatMap(({ type, data }) => (type === 'LockRequested' ? [(data as { lock: string }).lock] : []));
    expect(of(dlock())).toEqual(['device:0000:03:02.0']);
    expect(of(removed + dlock())).toEqual(['lock@ff1100001f083160']);
    expect(of(removed + dlock('dev="0000:04:00.0"'))).toEqual(['device:0000:04:00.0']);
  });

  it('a group at an address that was another’s is the one whose number stands beside it', () => {
    const of = (gid: string) =>
      facts(line('1.0', `foo: (iommu_group_claim_dma_owner+0x4/0x80) gp=0xff110000054ada00 gid=${gid}`)).map(
        ({ data }) => (data as { group?: string }).group,
      );
    expect([of('6'), of('9'), of('0')]).toEqual([['6'], ['9'], ['6']]);
  });
});
