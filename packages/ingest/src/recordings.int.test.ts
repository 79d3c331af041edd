import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fold, type TraceEvent, worldOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { importAll, importTrace } from './import-trace.ts';
import { parseTopology } from './topology-file.ts';

/** The figures here are those of ../shared/traces/*\/README.md, counted there by another program. */
const fixture = (name: string) => {
  const folder = new URL(`../../../fixtures/${name}/`, import.meta.url);
  const text = gunzipSync(readFileSync(new URL('stream.trace.gz', folder))).toString();
  const recorded = parseTopology(readFileSync(new URL('topology.json', folder), 'utf8'));
  return { text, recorded, ...importAll(text, recorded) };
};

const returned = (events: readonly TraceEvent[], op: string, errno: string): number =>
  events.filter((event) => event.type === 'CallReturned' && event.data.op === op && event.data.errno === errno).length;

const ofGroupLock = (events: readonly TraceEvent[], type: TraceEvent['type']): number =>
  events.filter((event) => event.type === type && (event.data as { lock: string }).lock.startsWith('group:')).length;

describe('6.1-race', () => {
  const { text, recorded, events, report } = fixture('6.1-race');

  it('accounts for all of its 25,522 lines', () => {
    expect(report.lines).toBe(25_522);
    expect(report.events + report.verbatim + report.skipped).toBe(25_522);
    expect(report.facts).toBe(events.length);
    expect(report.complete).toBe(true);
  });

  it('has 16 claims granted and 638 refused, 152 uses granted and 28 refused', () => {
    expect(returned(events, 'claim', 'OK')).toBe(16);
    expect(returned(events, 'claim', 'EPERM')).toBe(638);
    expect(returned(events, 'use', 'OK')).toBe(152);
    expect(returned(events, 'use', 'EBUSY')).toBe(28);
  });

  it('takes the group mutex 1,736 times and drops it as often', () => {
    expect(ofGroupLock(events, 'LockAcquired')).toBe(1736);
    expect(ofGroupLock(events, 'LockReleased')).toBe(1736);
    expect(report.locks.group).toMatchObject({ acquired: 1736, released: 1736, inferred: 0 });
    expect(report.calls['claim']).toEqual({ OK: 16, EPERM: 638 });
  });

  it('has no ownership change without its reason and no lock held twice', () => {
    expect(report.findings).toEqual([]);
    expect(report.unexplained).toBe(0);
  });

  it('is the same when it comes in pieces', async () => {
    async function* pieces() {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; at += 65_521) yield bytes.subarray(at, at + 65_521);
    }
    const batches = (await importTrace({ open: pieces }, recorded)).events();
    const all: TraceEvent[] = [];
    let step = await batches.next();
    for (; !step.done; step = await batches.next()) all.push(...step.value);
    expect(step.value).toEqual(report);
    expect(all).toEqual(events);
  });

  it('ends with the owner and count that the last reading under the lock shows', () => {
    const last = text.split('\n').findLast((line) => line.includes(' gunlock: '));
    const world = fold(worldOf(recorded.topology), events);
    expect(last).toContain(`cnt=${world.groups['6' as never]?.ownerCount} owner=0x0`);
    expect(world.groups['6' as never]?.owner).toBeNull();
    expect(world.locks).toEqual({});
    expect(world.tasks).toEqual({});
  });
});

/** Counted in the text by patterns, not by the importer: how many lines match. */
const linesLike = (text: string, pattern: RegExp): number =>
  text.split('\n').filter((line) => pattern.test(line)).length;
const facts = (events: readonly TraceEvent[], type: TraceEvent['type']): number =>
  events.filter((event) => event.type === type).length;

describe.each([
  ['6.1-basic', 1],
  ['6.1-race', 1],
  ['lab-vanilla-leak', 1],
  ['lab-robin-leak', 1],
  ['lab-repaired-leak', 1],
  ['6.1-type', 1],
  ['6.12-type', 0],
])('%s: what the lines say is what the facts say', (name, firstNotifier) => {
  const { text, events } = fixture(name);
  const notified = (event: number) => new RegExp(` iommu_bus_notifier: .* action=${firstNotifier + event} .*gp=0xff`);

  it.each([
    ['BindStarted', / really_probe: .* gp=0xff/],
    ['DriverSet', / really_probe: .* gp=0xff/],
    ['ProbeReturned', / pci_device_probe_ret: /],
    ['RemoveReturned', / pci_device_remove_ret: /],
    ['DriverCleared', / device_unbind_cleanup: .* gp=0xff/],
    ['UnbindStarted', notified(5)],
    ['UnbindReturned', notified(6)],
    ['BusNotified', / iommu_bus_notifier: .* gp=0xff/],
    ['LockContended', / contention_begin: /],
    ['MarkerWritten', / tracing_mark_write: /],
  ] as const)('%s', (type, pattern) => {
    expect(facts(events, type)).toBe(linesLike(text, pattern));
  });

  it('every lock is taken as often as it is asked for and dropped', () => {
    const locks = linesLike(text, / [gd]lock: /);
    expect(linesLike(text, / [gd]unlock: /)).toBe(locks);
    const taken = (['LockRequested', 'LockAcquired', 'LockReleased'] as const).map((type) => facts(events, type));
    expect(taken).toEqual([locks, locks, locks]);
  });

  it('every bind returns, and is OK when the device was notified as bound', () => {
    const bound = events.filter((event) => event.type === 'BindReturned' && event.data.errno === 'OK').length;
    expect(bound).toBe(linesLike(text, notified(4)));
    expect(facts(events, 'BindReturned')).toBe(facts(events, 'BindStarted'));
  });
});

describe('the other recordings', () => {
  it('6.1-basic: a claim refused and one granted, four uses granted and two refused', () => {
    const { events, report } = fixture('6.1-basic');
    const counts = [returned(events, 'claim', 'EPERM'), returned(events, 'claim', 'OK')];
    expect([...counts, returned(events, 'use', 'OK'), returned(events, 'use', 'EBUSY')]).toEqual([1, 1, 4, 2]);
    expect(report.unexplained).toBe(0);
  });

  it('5.10-bugon ends in the BUG', () => {
    expect(fixture('5.10-bugon').events.at(-1)).toMatchObject({ type: 'BugHit' });
  });

  it('lab-robin-leak: three claims are refused with EBUSY while the group is quiet; lab-vanilla-leak: none', () => {
    const refusals = (name: string) =>
      fixture(name).report.findings.filter(({ kind }) => kind === 'claim-refused-while-quiet');
    expect(refusals('lab-robin-leak').map(({ text }) => /EBUSY/.test(text))).toEqual([true, true, true]);
    expect(refusals('lab-vanilla-leak')).toEqual([]);
  });

  it('6.12-type: every store to type is seen with its result', () => {
    const { events, report } = fixture('6.12-type');
    expect([returned(events, 'store-type', 'OK'), returned(events, 'store-type', 'EPERM')]).toEqual([7, 4]);
    expect(report.unexplained).toBe(0);
  });
});

describe('a recording with 13 gaps', () => {
  const { events, report } = fixture('6.1-lost-stream');

  it('is incomplete, and says where how many events are missing', () => {
    expect(report).toMatchObject({ complete: false, lost: 1911, gaps: 13 });
    expect(report.findings.filter(({ kind }) => kind === 'gap')).toHaveLength(13);
    expect(facts(events, 'EventsLost')).toBe(13);
  });

  it('accuses nobody of what may be owed to the gaps', () => {
    const kinds = new Set(report.findings.map(({ kind }) => kind));
    expect([...kinds]).toEqual(['events-lost', 'gap']);
    expect(report).toMatchObject({ unexplained: 0, heldTwice: 0 });
  });
});

describe('6.1-type, where a reader of sysfs is left out by the filter of gacq', () => {
  const { text, report } = fixture('6.1-type');

  it('says which acquisitions no probe saw, and finds no fault in them', () => {
    // glock and dlock lines without a gacq of their own: 49 + 14 asked for, 33 seen to be had.
    const { group, device } = report.locks;
    expect(group.inferred + device.inferred).toBe(linesLike(text, / [gd]lock: /) - linesLike(text, / gacq: /));
    expect([group.acquired, group.released, device.acquired, device.released]).toEqual([49, 49, 14, 14]);
    expect(report.findings).toEqual([]);
  });
});

describe.each(['lab-robin-leak', 'lab-repaired-leak'])('%s: a kernel with the scheme of the mail', (name) => {
  const { text, events, report } = fixture(name);
  const owners = events.flatMap((event) => (event.type === 'OwnerSet' ? [event.data.owner] : []));

  it('takes its token for the DMA API, and the cookies of claims for users', () => {
    const cookies = [...text.matchAll(/ newowner=(0x[0-9a-f]+)/g)].map(([, cookie]) => cookie as string);
    expect(new Set(owners)).toEqual(new Set([null, 'DMA_API', ...cookies]));
    expect(report.unexplained).toBe(0);
  });

  it('knows whose the cookies are', () => {
    const cookies = [...text.matchAll(/ newowner=(0x[0-9a-f]+)/g)].map(([, cookie]) => cookie as string);
    expect(report.owners).toEqual(Object.fromEntries(cookies.map((cookie) => [cookie, 'VFIO, group 6'])));
  });

  it('tells every step of the release hook’s walk', () => {
    const seen = events.flatMap((event) => (event.type === 'SiblingSeen' ? [event.data] : []));
    expect(seen).toHaveLength(linesLike(text, / iommu_device_holds_dma_api: /));
    expect(seen.filter(({ keeps }) => keeps)).toHaveLength(linesLike(text, /holds_dma_api_ret: .* ret=1/));
    expect(seen.filter(({ driver }) => driver === null)).toHaveLength(linesLike(text, /holds_dma_api: .* drvp=0x0/));
  });
});

it('lab-robin-leak waits 39 times for the group mutex: 9 µs as a rule, 23 µs at most', () => {
  expect(fixture('lab-robin-leak').report.locks.group.waits).toEqual({ count: 39, median: 9000, longest: 23_000 });
});

it('lab-robin-leak names the driver that a walk saw as an address: it stood beside a device that has it', () => {
  const { text, events } = fixture('lab-robin-leak');
  const addresses = new Set(
    [...text.matchAll(/ iommu_device_holds_dma_api: .* drvp=(0xf[0-9a-f]+)/g)].map(([, at]) => at),
  );
  expect(addresses.size).toBe(1);
  const drivers = events.flatMap((event) => (event.type === 'SiblingSeen' ? [event.data.driver] : []));
  expect(new Set(drivers)).toEqual(new Set([null, 'virtio-pci']));
});
