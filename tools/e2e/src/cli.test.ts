import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, launcher, newStore, type TestStore } from './custody.ts';

let at: TestStore;
beforeAll(() => {
  at = newStore();
});
afterAll(() => at.remove());

describe('custody import', () => {
  it('accounts for 6.1-race to the last line and call', () => {
    const { runs } = at.json('import', fixture('6.1-race'));
    const [run] = runs;
    expect(run.lines).toBe(25_522);
    expect(run.events + run.verbatim + run.skipped).toBe(25_522);
    expect(run).toMatchObject({ title: '6.1-race', kernel: '6.1.0-56-amd64', lost: 0, unexplained: 0, heldTwice: 0 });
    expect(run).toMatchObject({ complete: true, findings: [] });
    expect(run.calls.claim).toEqual({ OK: 16, EPERM: 638 });
    expect(run.calls.use).toEqual({ OK: 152, EBUSY: 28 });
    expect(run.locks.group).toMatchObject({ acquired: 1736, released: 1736 });
  });

  it('reads the other recordings, and finds the leak in the one where it is', () => {
    const names = ['6.1-basic', '5.10-bugon', '6.12-type', 'lab-vanilla-leak', 'lab-robin-leak'];
    const { runs } = at.json('import', ...names.map(fixture));
    const leaks = runs.map(
      ({ findings }: { findings: { kind: string }[] }) =>
        findings.filter(({ kind }) => kind === 'claim-refused-while-quiet').length,
    );
    expect(leaks).toEqual([0, 0, 0, 0, 3]);
    expect(runs.map(({ unexplained }: { unexplained: number }) => unexplained)).toEqual([0, 0, 0, 0, 0]);
    expect(at.lines('show', '5.10-bugon').at(-1)).toMatchObject({ type: 'BugHit' });
  });

  it('refuses what is no trace with exit 2, says what was expected, and keeps the good ones beside it', () => {
    const text = join(at.folder, 'code.c');
    writeFileSync(text, 'int main(void)\n{\n}\n');
    const other = newStore();
    const { code, err } = other.custody('import', text, fixture('6.1-basic'));
    expect(code).toBe(2);
    expect(err).toContain('comm-pid [cpu] time: event: fields');
    expect(other.json('runs').runs).toMatchObject([{ title: '6.1-basic', complete: true }]);
    other.remove();
  });

  it('keeps what was good of a trace that breaks off, and says so', () => {
    const whole = gunzipSync(readFileSync(join(fixture('6.1-basic'), 'stream.trace.gz'))).toString();
    const cut = join(at.folder, 'cut.trace');
    writeFileSync(cut, whole.slice(0, whole.length / 2));
    const [run] = at.json('import', cut, '--topology', join(fixture('6.1-basic'), 'topology.json')).runs;
    expect(run.complete).toBe(false);
    expect(run.events + run.verbatim + run.skipped).toBe(run.lines);
    expect(run.findings.map(({ kind }: { kind: string }) => kind)).toContain('cut');
    expect(at.custody('runs').out).toContain('INCOMPLETE');
  });

  it('of a gzip that breaks off keeps what it holds up to there', () => {
    const path = join(at.folder, 'broken.gz');
    writeFileSync(path, readFileSync(join(fixture('6.1-basic'), 'stream.trace.gz')).subarray(0, 3000));
    const [run] = at.json('import', path, '--topology', join(fixture('6.1-basic'), 'topology.json')).runs;
    expect(run.complete).toBe(false);
    expect(run.events).toBeGreaterThan(50);
  });

  it('of a recording with losses is inconclusive: exit 3, and says how much is missing', () => {
    const whole = gunzipSync(readFileSync(join(fixture('6.1-basic'), 'stream.trace.gz')))
      .toString()
      .split('\n');
    const path = join(at.folder, 'lossy.trace');
    writeFileSync(path, [...whole.slice(0, 100), 'CPU:1 [LOST 107 EVENTS]', ...whole.slice(200)].join('\n'));
    const { code, out } = at.custody(
      'import',
      path,
      '--topology',
      join(fixture('6.1-basic'), 'topology.json'),
      '--json',
    );
    expect(code).toBe(3);
    expect(JSON.parse(out).runs[0].lost).toBe(107);
  });

  it('refuses a topology of another kernel', () => {
    const { code, err } = at.custody(
      'import',
      fixture('6.1-basic'),
      '--topology',
      join(fixture('6.12-type'), 'topology.json'),
    );
    expect(code).toBe(2);
    expect(err).toContain('6.12.117');
  });

  it('reads a trace from stdin', async () => {
    const child = at.start('import', '-', '--title', 'piped', '--json');
    child.stdin.end(readFileSync(join(fixture('6.1-basic'), 'stream.trace.gz')));
    const [out] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
    expect(JSON.parse(out.toString()).runs[0]).toMatchObject({ title: 'piped', lines: 549 });
  });
});

describe('custody show, state and replay', () => {
  it('count the same as the import', () => {
    const refused = at.lines('show', '6.1-race', '--grep', 'CallReturned.*op=claim.*EPERM');
    expect(refused).toHaveLength(638);
    expect(refused[0]).toMatchObject({ type: 'CallReturned', data: { op: 'claim', errno: 'EPERM' } });
  });

  it('say the same at a position; without a terminal, replay prints the state', () => {
    expect(at.json('replay', '6.1-race', '--at', '13886')).toEqual(at.json('state', '6.1-race', '--at', '13886'));
    expect(at.custody('replay', '6.1-race', '--at', '13886').out).toBe(
      at.custody('state', '6.1-race', '--at', '13886').out,
    );
  });

  it('state is what the events before it add up to', () => {
    const owners = at
      .lines('show', '6.1-race', '--to', '5000', '--grep', 'OwnerSet')
      .filter((e) => e.data.group === '6');
    const last = owners.at(-1).data;
    expect(at.json('state', '6.1-race', '--at', '5000').groups['6']).toMatchObject({
      owner: last.owner,
      ownerCount: last.count,
    });
  });

  it('work on a file that was not imported, and stop quietly when the reader has seen enough', async () => {
    const other = newStore();
    const child = other.start('show', fixture('6.1-basic'));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    other.remove();
  });

  it('print for a mail: 72 columns of ASCII', () => {
    const { out } = at.custody('state', 'lab-robin-leak', '--mail');
    expect(out.split('\n').every((line) => line.length <= 72 && /^[\x20-\x7e]*$/.test(line))).toBe(true);
    const diff = at.custody('diff', 'lab-vanilla-leak', 'lab-robin-leak', '--mail').out;
    expect(diff.split('\n').every((line) => line.length <= 72 && /^[\x20-\x7e]*$/.test(line))).toBe(true);
  });
});

describe('custody explore, simulate and diff', () => {
  it('settle the leak: none on linux-6.1, on robin-mail a shortest schedule that ends in it', () => {
    const sound = at.custody('explore', 'linux-6.1', 'fail-before-claim', '--json');
    expect(sound.code).toBe(0);
    expect(JSON.parse(sound.out)).toMatchObject({ complete: true, deadlock: null });

    const found = at.custody('explore', 'robin-mail', 'fail-before-claim', '--json');
    expect(found.code).toBe(1);
    const { properties } = JSON.parse(found.out);
    const leak = properties.find(({ id }: { id: string }) => id === 'I4');
    expect(leak).toMatchObject({ verdict: 'violated' });

    const run = at.json('simulate', 'robin-mail', 'fail-before-claim', '--schedule', leak.schedule);
    expect(run).toMatchObject({ schedule: leak.schedule, parted: null });
    const { groups, devices } = at.json('state', run.run);
    expect(Object.values(groups)).toMatchObject([{ owner: 'DMA_API' }]);
    expect(Object.values(devices).every((device) => (device as { driver: unknown }).driver === null)).toBe(true);

    const counterpart = at.json('simulate', 'linux-6.1', 'fail-before-claim', '--schedule', leak.schedule);
    const diff = at.custody('diff', run.run, counterpart.run, '--json');
    expect(diff.code).toBe(1);
    expect(JSON.parse(diff.out)).toMatchObject({
      kind: 'parted',
      worlds: { atEnd: [{ left: 'DMA_API', right: null }] },
    });
  });

  it('a bound makes an answer inconclusive: exit 3', () => {
    const { code, out } = at.custody('explore', 'linux-6.1', 'case-4a-i', '--max-states', '10', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out).complete).toBe(false);
  });

  it('two schemes are told apart by what only one of them gets wrong, with the schedule', () => {
    const { code, out } = at.custody('diff', 'variant:robin-mail', 'variant:robin-repaired', '--json');
    expect(code).toBe(1);
    const { onlyLeft, refines, scenarios } = JSON.parse(out);
    // The leak: the mail's scheme keeps the ownership for a bind that failed.
    expect(onlyLeft).toEqual(expect.arrayContaining(['breaks I4', 'breaks I11']));
    expect(refines).toBe(true);
    const leak = scenarios
      .find(({ scenario }: { scenario: string }) => scenario === 'fail-before-claim')
      .differences.find(({ what }: { what: string }) => what === 'I4');
    expect(leak).toMatchObject({ side: 'left', kind: 'property' });
    const again = at.custody('simulate', 'robin-mail', 'fail-before-claim', '--schedule', leak.schedule, '--json');
    expect(JSON.parse(again.out).violations.map(({ id }: { id: string }) => id)).toContain('I4');
  });

  it('a scheme is no other than itself: exit 0', () => {
    const { code, out } = at.custody(
      'diff',
      'variant:linux-6.1',
      'variant:linux-6.1',
      '--scenario',
      'case-2a-i',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ onlyLeft: [], onlyRight: [], refines: true });
  });

  it('runs are sorted by how they differ from the first', () => {
    const { clusters } = at.json('diff', 'lab-vanilla-leak', 'lab-vanilla-leak', 'lab-robin-leak');
    expect(clusters).toMatchObject([
      { differs: ['same'], runs: [{ title: 'lab-vanilla-leak' }] },
      { runs: [{ title: 'lab-robin-leak', kind: 'parted' }] },
    ]);
  });

  it('a run is the same as itself: exit 0', () => {
    const { code, out } = at.custody('diff', '6.1-race', '6.1-race', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).kind).toBe('same');
  });

  it('two kernels under one script part where the patch differs', () => {
    const { kind, results, episodes } = at.json('diff', 'lab-vanilla-leak', 'lab-robin-leak');
    expect(kind).toBe('parted');
    const claims = results.filter(({ call }: { call: string }) => call === 'claim group 6');
    expect(
      claims.map((one: { left: { errno: string }; right: { errno: string } }) => [one.left.errno, one.right.errno]),
    ).toEqual(Array(3).fill(['OK', 'EBUSY']));
    const refused = episodes.find(({ kind }: { kind: string }) => kind === 'ioctl VFIO_GROUP_SET_CONTAINER');
    expect(refused.results).toMatchObject([
      { result: 'EBUSY', left: null, right: { count: 3 } },
      { result: 'OK', left: { count: 6 }, right: { count: 3 } },
    ]);
  });
});

const isMail = (out: string): boolean =>
  out.split('\n').every((line) => line.length <= 72 && /^[\x20-\x7e]*$/.test(line));

describe('custody simulate', () => {
  it.each([
    ['', 'the run was not followed to its end'],
    ['T0*3', 'the run was not followed to its end'],
    ['T0*500', 'the run is not the one that was given'],
  ])('with the schedule "%s", which ends early or does not fit, is inconclusive: exit 3', (schedule, why) => {
    const { code, out } = at.custody('simulate', 'linux-6.1', 'case-1a', '--schedule', schedule);
    expect(code).toBe(3);
    expect(out).toContain(`inconclusive: nothing was violated, and ${why}`);
  });

  it('that shows a violation on the way exits 1 whatever else its schedule says', () => {
    const leak = 'T0*5 T1*3 T0*3 T1!fail T1 T1 T0*9';
    const { code, out } = at.custody('simulate', 'robin-mail', 'S-15', '--schedule', leak);
    expect(code).toBe(1);
    expect(out).toContain('parted from the given schedule');
  });

  it('with --tolerant leaves the rest of a schedule where it first does not fit, and says where and why', () => {
    const words = ['simulate', 'robin-mail', 'S-15', '--schedule', 'T0*5 T1*5 T0*3 T7'];
    const tolerant = at.custody(...words, '--tolerant');
    expect(tolerant.code).toBe(3);
    expect(tolerant.out).toContain(
      'parted from the given schedule after 9 steps: T1 could not move (blocked); the rest of the schedule was left',
    );
    expect(at.json(...words, '--tolerant')).toMatchObject({
      tolerant: true,
      parted: { step: 9, action: 'T1', why: 'blocked' },
      ending: 'done',
    });
    // The leak, and then a step of a task that is done.
    const leak = [
      'simulate',
      'robin-mail',
      'S-15',
      '--tolerant',
      '--schedule',
      'T0*5 T1*3 T0*3 T1!fail T1*3',
      '--mail',
    ];
    const mail = at.custody(...leak);
    expect(mail.code).toBe(1);
    expect(mail.out.replaceAll(/\s+/g, ' ')).toContain('after 14 steps: T1 could not move (finished); the rest');
    expect(isMail(mail.out)).toBe(true);
  });

  it.each(['pct', 'random'])(
    'hunts by %s for the leak, shrinks it, and names the seed that finds it again',
    (scheduler) => {
      const words = ['simulate', 'robin-mail', 'fail-before-claim', '--scheduler', scheduler];
      const { code, out } = at.custody(...words, '--seed', '1', '--runs', '300', '--json');
      expect(code).toBe(1);
      const { run, schedule, hunt, pct } = JSON.parse(out);
      expect(hunt).toMatchObject({ scheduler, seed: 1, asked: 300, found: { id: 'I4' } });
      expect(hunt.found.shrunk.steps).toBeGreaterThanOrEqual(14);
      if (scheduler === 'pct') expect(pct.perRun).toBe(1 / (2 * pct.steps ** 2));
      else expect(pct).toBeNull();
      const again = at.json(...words, '--seed', String(hunt.found.seed));
      expect(again).toMatchObject({ run, schedule, hunt: { runs: 1, found: hunt.found } });
      expect(at.custody('simulate', 'robin-mail', 'fail-before-claim', '--schedule', schedule).code).toBe(1);

      const mail = at.custody(...words, '--seed', '1', '--runs', '300', '--mail').out;
      expect(isMail(mail)).toBe(true);
      const command = /npx custody (simulate (?:[^\n]*\\\n)*.*--runs 1)\n/.exec(mail)?.[1];
      const shell = spawnSync('sh', ['-c', `"$0" "$1" ${command} --json`, process.execPath, launcher], { env: at.env });
      expect(JSON.parse(shell.stdout.toString()).run).toBe(run);
    },
  );

  it('finds nothing on linux-6.1, and states the bound of PCT and what it presumes', () => {
    const words = ['simulate', 'linux-6.1', 'fail-before-claim', '--scheduler', 'pct', '--seed', '1'];
    const { code, out } = at.custody(...words, '--runs', '100', '--depth', '3', '--steps', '20');
    expect(code).toBe(0);
    // n = 2, k = 20, d = 3: 2 * 20^2 = 800, and 1 - (799/800)^100 = 0.11757.
    expect(out).toMatch(/d = 3, n = 2 tasks, k = 20 steps \(as given\)\n.* 1 in 800; 100 runs .* 11\.7 %/);
    expect(out).toContain('ASPLOS 2010');
    const short = at.custody(...words, '--steps', '5', '--mail');
    expect(short.code).toBe(0);
    expect(isMail(short.out)).toBe(true);
    expect(short.out.replaceAll(/\s+/g, ' ')).toMatch(/NO SUCH BOUND HOLDS HERE: a run had \d+ steps, more than k;/);
  });

  it('ends where the scenario does not: exit 3', () => {
    const words = ['simulate', 'linux-6.1', 'come-and-go', '--seed', '1', '--runs', '2', '--scheduler'];
    expect(at.custody(...words, 'random').code).toBe(3);
    const { code, out } = at.custody(...words, 'pct', '--depth', '2');
    expect(code).toBe(3);
    expect(out).toContain('NO SUCH BOUND HOLDS HERE: a run had no end');
  });

  it('is not silent where stdout cannot be written: a line on stderr, exit 2', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', '"$0" "$1" explore linux-6.1 S-04 > /dev/full', process.execPath, launcher],
      {
        env: at.env,
        encoding: 'utf8',
      },
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^custody: Cannot write the answer to stdout: ENOSPC.*\n$/m);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('a violation as a mail', () => {
  it('is a table of who did what, in the words of the kernel, and a command that shows it again', () => {
    const { code, out } = at.custody('explore', 'robin-mail', 'fail-before-claim', '--mail');
    expect(code).toBe(1);
    expect(isMail(out)).toBe(true);
    expect(out).toMatch(/^With robin-mail, 14 steps are enough to break I4/);
    expect(out).toMatch(/CPU0 +CPU1\n/);
    expect(out).toMatch(/ {2}9 {2}walk: reads B->driver = hba: keeps the owner\n/);
    expect(out).toMatch(/drivers\/base\/dd\.c: .*device_release_driver_internal/);
    expect(out.match(/a quiet group without holders/g)).toHaveLength(1);
    const command = /npx custody (simulate[\s\S]*?'[^']*')/.exec(out)?.[1] ?? '';
    const [, schedule = ''] = /'([^']*)'/.exec(command) ?? [];
    const again = at.custody('simulate', 'robin-mail', 'fail-before-claim', '--schedule', schedule);
    expect(again.code).toBe(1);
    expect(again.out).toContain('I4 violated');
  });

  it('says first what the scenario changes, and what a variant of one’s own does', () => {
    expect(at.custody('explore', 'robin-mail', 'lock-order-trap', '--mail').out).toMatch(
      /^With robin-mail, changed to walkReads "device_lock", 9 steps/,
    );
    const path = join(at.folder, 'locked.json');
    writeFileSync(path, '{ "extends": "robin-mail", "knobs": { "walkReads": "device_lock" } }');
    expect(at.custody('explore', path, 'S-15', '--mail').out).toContain(
      '\nlocked is robin-mail, but: walkReads "device_lock"\n',
    );
  });

  it('is a case of which something else came than it expects, where nothing is violated', () => {
    const { out } = at.custody('simulate', 'robin-mail', 'S-15', '--schedule', 'T0*5 T1*3 T1!fail T0', '--mail');
    expect(isMail(out)).toBe(true);
    expect(out.replaceAll('\n', ' ')).toMatch(
      /^With robin-mail, 10 steps lead to case g4 \(.*this is not what was done\./,
    );
    expect(out).toMatch(/CPU0 +CPU1\n/);
  });

  it.each([
    ['explore', 'linux-6.15', 'dev-driver-toctou'],
    ['explore', 'robin-mail', 'lock-order-trap'],
    ['explore', 'vfio-viability', 'bind-into-live-group', '--devices', '6'],
    ['explore', 'robin-mail', 'case-4a-i', '--devices', '5', '--claimers', '2', '--max-states', '200000'],
    ['simulate', 'vfio-viability', 'bind-into-live-group'],
    ['cases', 'robin-mail'],
    ['cases'],
    ['scenarios'],
    ['variants', '--knobs'],
  ])('%s %s %s keeps to 72 columns of ASCII', (...words) => {
    const { code, out } = at.custody(...words, '--mail');
    expect(code).not.toBe(2);
    expect(isMail(out)).toBe(true);
  });
});

describe('custody explore and simulate in other sizes, and with late stores', () => {
  it('find the same violation again from the schedule that they print', () => {
    const size = ['--devices', '4', '--stores', 'late'];
    const found = at.json('explore', 'robin-mail', 'refused-bind', ...size);
    expect(found).toMatchObject({ stores: 'late', size: { devices: 4, claimers: 0 } });
    const { id, schedule } = found.properties.find(({ verdict }: { verdict: string }) => verdict === 'violated');
    const run = at.json('simulate', 'robin-mail', 'refused-bind', ...size, '--schedule', schedule);
    expect(run.violations.map((one: { id: string }) => one.id)).toContain(id);
    const listed = at.json('runs').runs.find((one: { run: string }) => one.run === run.run);
    expect(listed.source).toMatchObject({ devices: 4, stores: 'late', schedule });
    expect(at.custody('state', run.run).code).toBe(0);
    expect(at.custody('diff', run.run, run.run).code).toBe(0);
  });

  it('say what they looked at and found, in full', () => {
    const report = at.json('explore', 'robin-mail', 'lock-order-trap', '--no-reduction');
    expect(report).toMatchObject({
      variant: 'robin-mail',
      complete: true,
      reduction: { symmetry: false, ample: false },
      stores: 'sc',
      deadlock: { waits: [{ wants: 'group:1' }, { wants: 'device:B' }] },
      cases: { '1.a': { reached: true, holds: true } },
    });
    expect(report.properties.every(({ source }: { source: string }) => source.length > 0)).toBe(true);
    expect(report.seconds).toBeGreaterThan(0);
  });
});

describe('custody explore on a large scenario', () => {
  const large = ['linux-6.1', 'refused-bind', '--devices', '6', '--claimers', '3'];

  it('is interrupted by Ctrl-C, says where it stood, and gives what it has: exit 3', async () => {
    const running = at.start('explore', ...large, '--json');
    const out = buffer(running.stdout);
    const told: string[] = [];
    running.stderr.setEncoding('utf8').on('data', (text: string) => {
      told.push(text);
      if (text.includes(' states, ')) running.kill('SIGINT');
    });
    const [code] = await once(running, 'close');
    expect(code).toBe(3);
    expect(told.join('')).toMatch(
      /^exploring refused-bind: \d+ s; [\d,]+ states, [\d,]+\/s, [\d,]+ in the queue, \d+ steps deep/m,
    );
    expect(told.join('')).toContain('interrupted; what was found so far');
    const report = JSON.parse((await out).toString());
    expect(report).toMatchObject({ complete: false, bound: 'interrupt', outcomes: [] });
    expect(report.states).toBeGreaterThan(1000);
    expect(report.properties.every(({ verdict }: { verdict: string }) => verdict === 'unknown')).toBe(true);
  });

  it.each([
    ['--budget', '300ms', 'time', 'its time was up'],
    ['--max-states', '5000', 'states', 'as many states as were allowed'],
    ['--memory', '2M', 'memory', 'out of memory'],
  ])('stops at %s %s and says so: exit 3', (option, value, bound, says) => {
    const { code, out } = at.custody('explore', ...large, option, value, '--quiet');
    expect(code).toBe(3);
    expect(out).toContain(`INCOMPLETE: ${says}`);
    expect(out).toContain('no deadlock so far');
    expect(at.json('explore', ...large, option, value)).toMatchObject({ complete: false, bound });
  });

  it('finds with reductions, and with hashes for states, what the full graph has', () => {
    const size = ['linux-6.1', 'case-4a-i', '--devices', '4', '--claimers', '2'];
    const full = at.json('explore', ...size, '--no-reduction');
    const reduced = at.json('explore', ...size);
    const lossy = at.json('explore', ...size, '--lossy');
    expect(full).toMatchObject({ complete: true, bound: null, alike: [], shortestTo: null });
    // The kernel drivers' three devices with their unbinds, and the two users.
    expect(reduced).toMatchObject({
      alike: [
        [['T0'], ['T1'], ['T2']],
        [['T3'], ['T4']],
      ],
      shortestTo: null,
    });
    expect(reduced.states * 3).toBeLessThan(full.states);
    for (const { outcomes, properties, cases } of [reduced, lossy]) {
      expect(outcomes).toEqual(full.outcomes);
      expect(properties.map((one: { verdict: string }) => one.verdict)).toEqual(
        full.properties.map((one: { verdict: string }) => one.verdict),
      );
      expect(Object.values(cases).map((one) => (one as { reached: boolean }).reached)).toEqual(
        Object.values(full.cases).map((one) => (one as { reached: boolean }).reached),
      );
    }
    // n(n - 1)/2 pairs of states, each with one chance in 2^64.
    expect(lossy.lossy.omission).toBeCloseTo((lossy.states * (lossy.states - 1)) / 2 ** 65, 20);
    expect(at.custody('explore', ...size, '--lossy').out).toContain('LOSSY: states were told apart by 64 bits of hash');
  });
});

describe('custody cases', () => {
  it('finds each of the ten under the mail’s scheme, and the phase that it does not list', () => {
    const { code, out } = at.custody('cases', 'robin-mail', '--json');
    expect(code).toBe(1);
    const { variant, cases, unlisted, fairness } = JSON.parse(out);
    expect(variant).toBe('robin-mail');
    for (const id of ['1.a', '1.b', '1.c', '2.a.ii', '2.b', '3', '4.a.i', '4.a.ii', '4.b']) {
      expect(cases[id]).toMatchObject({ reached: true, holds: true });
    }
    // "eventually tmp holds or tmp's own failure hook releases": not where tmp fails before its claim.
    expect(cases['2.a.i']).toMatchObject({ reached: true, holds: false, scenario: 'fail-before-claim' });
    expect(cases.g4).toMatchObject({ reached: true, holds: false, scenario: 'fail-before-claim' });
    expect(cases.g4.broken).toContain('I4');
    expect(fairness.inOrder).toMatchObject({ handedOn: { bounded: false }, outrun: { bounded: true } });
    expect(unlisted.length).toBeGreaterThan(0);
    expect(fairness.handedOn.bounded).toBe(false);

    const { witness, scenario } = cases.g4;
    const met = at.json('simulate', 'robin-mail', scenario, '--schedule', witness).cases;
    expect(met.at(-1)).toMatchObject({ id: 'g4', isExpected: false });
  });

  it('holds where the hook runs on every way out: exit 0; a bound is exit 3', () => {
    expect(at.custody('cases', 'robin-repaired').code).toBe(0);
    expect(at.custody('cases', 'robin-repaired', 'case-1a', '--max-states', '5').code).toBe(3);
  });

  it('scales what can be scaled, and prints the size where it was taken', () => {
    const { out } = at.custody('cases', 'robin-mail', 'case-1a', 'case-1b', '--devices', '3');
    expect(out).toMatch(/simulate robin-mail case-1a --devices 3 --schedule/);
    expect(out).toMatch(/simulate robin-mail case-1b --schedule/);
    const refused = at.custody('cases', 'robin-mail', '--devices', '99');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('with 99 devices');
  });

  it('with late stores says where no property is broken by what is not as expected', () => {
    const { code, out } = at.custody('cases', 'robin-repaired', 'case-2a-i', '--stores', 'late');
    expect(code).toBe(1);
    expect(out).toMatch(/2\.a\.i +FAILS[^\n]*\n +not as expected, and no property broken\n/);
    const explored = at.custody('explore', 'robin-repaired', 'case-2a-i', '--stores', 'late');
    expect(explored.code).toBe(0);
    expect(explored.out).toContain('not as expected, and no property broken: 2.a.i');
    expect(explored.out).toContain('see: custody cases robin-repaired case-2a-i --stores late\n');
  });

  it('in a mail prints commands that a shell takes as they are folded', () => {
    const { out } = at.custody('cases', 'robin-mail', 'case-2a-i', '--mail');
    const commands = [...out.matchAll(/see: npx custody (simulate (?:[^\n]*\\\n)*[^']*'[^']*')/g)].map(([, it]) => it);
    expect(commands.length).toBeGreaterThan(3);
    for (const command of commands) {
      const shell = spawnSync('sh', ['-c', `"$0" "$1" ${command}`, process.execPath, launcher], { env: at.env });
      expect(shell.status).not.toBe(2);
      expect(shell.stdout.toString()).not.toContain('parted');
    }
    expect(out.trimEnd()).toMatch(/\n\ncustody: [\s\S]* with npx$/);
  });

  it('without a variant is a table of them all', () => {
    const { variants } = at.json('cases', 'case-1a');
    expect(variants).toHaveLength(at.json('variants').variants.length);
    expect(at.custody('cases', 'case-1a').out).toMatch(/1\.a +\. +ok/);
  });
});

describe('custody conform', () => {
  it('explains a race of 6.1 by linux-6.1, and says what it has been through', () => {
    const { code, out } = at.custody('conform', '6.1-race', 'linux-6.1', '--json');
    expect(code).toBe(0);
    const { answer, position, coverage, hidden } = JSON.parse(out);
    expect(answer).toEqual({ kind: 'explained' });
    expect(position).toBe(26_595);
    expect(coverage.outcomes).toMatchObject({ 'claim OK': 16, 'claim EPERM': 638, 'use OK': 152, 'use EBUSY': 28 });
    expect(hidden).toBeGreaterThan(0);
  });

  it('refutes with a place, what could have been instead, and the knob that would mend it', () => {
    const { code, out } = at.custody('conform', 'lab-robin-leak', 'robin-mail', '--json');
    expect(code).toBe(1);
    const { answer, knobs, position } = JSON.parse(out);
    expect(answer).toMatchObject({ kind: 'refuted', group: '6', event: { type: 'LockReleased' } });
    expect(answer.worlds[0].instead[0]).toMatchObject({ label: 'claim.unlock', ownership: { owner: 'vfio' } });
    expect(knobs).toMatchObject({ knobs: { ownerId: 'cookie' }, isExplained: true });
    const { out: text } = at.custody('conform', 'lab-robin-leak', 'robin-mail', '--mail');
    expect(text).toContain(`npx custody replay lab-robin-leak --at ${position}`);
    for (const line of text.split('\n')) expect(line).toMatch(/^[\x20-\x7e]{0,72}$/);
  });

  it('knows a kernel by its trace', () => {
    const { code, out } = at.custody('conform', '5.10-bugon', '--all');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('5.10-bugon is explained by vfio-viability');
  });

  it('sums up what recordings have been through, and what never', () => {
    const { covered, never } = at.json('conform', '--coverage', '6.1-basic', '6.1-race');
    expect(covered.steps['use.check']).toBe(186);
    expect(never.steps).toContain('bind.probe fail');
    expect(never.cases).toContain('4.a.i');
    expect(never.outcomes).toContain('store-type OK');
  });

  it('finds in a recording the case that leaks', () => {
    const variant = join(at.folder, 'robin-cookie.json');
    writeFileSync(variant, JSON.stringify({ extends: 'robin-mail', knobs: { ownerId: 'cookie' } }));
    const { code, out } = at.custody('cases', variant, '--run', 'lab-robin-leak', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out).cases['g4']).toMatchObject({ reached: true, holds: false });
  });

  it('goes on from a recording, every way', () => {
    const { from, properties, complete } = at.json('explore', 'linux-6.1', '--from', '6.1-race@1000', '--calls', '4');
    expect(from.scenario.tasks.flat()).toHaveLength(4);
    expect(from.position).toBeLessThanOrEqual(1000);
    expect(complete).toBe(true);
    expect(properties.every(({ verdict }: { verdict: string }) => verdict === 'holds')).toBe(true);
  });
});

describe('a variant of one’s own', () => {
  const own = (name: string, text: string): string => {
    const path = join(at.folder, name);
    writeFileSync(path, text);
    return path;
  };
  const mended = "{ extends: 'robin-mail', knobs: { releaseOnEarlyFailure: 'after clear' } }";

  it.each([
    ['mended.json', '{ "extends": "robin-mail", "knobs": { "releaseOnEarlyFailure": "after clear" } }'],
    ['mended.ts', `type Own = { extends: string; knobs: object };\nconst own: Own = ${mended};\nexport default own;\n`],
    ['mended.mjs', `export default ${mended};\n`],
  ])('is read from %s wherever a variant is asked for', (name, text) => {
    const path = own(name, text);
    expect(at.json('explore', path, 'fail-before-claim')).toMatchObject({ variant: 'mended', complete: true });
    expect(at.custody('cases', path, 'fail-before-claim').code).toBe(0);
    const { run } = at.json('simulate', path, 'fail-before-claim');
    const { source } = at.json('runs').runs.find((one: { run: string }) => one.run === run);
    expect(source).toMatchObject({ variant: 'mended', knobs: { releaseOnEarlyFailure: 'after clear' } });
    expect(at.json('variants', path).variants[0].differs).toEqual({
      releaseOnEarlyFailure: { from: 'none', to: 'after clear' },
    });
  });

  it.each([
    ['bad.json', '{ "extends": "robin-mail", "knobs": { "walkRead": "x" } }', 'did you mean "walkReads"?'],
    ['value.json', '{ "extends": "robin-mail", "knobs": { "claimRecord": "all" } }', '"token": the group\'s owner'],
    ['clash.json', '{ "extends": "linux-6.1", "knobs": { "claimRecord": "token" } }', 'do not combine'],
    ['broken.json', '{ "extends": ', 'broken.json'],
    ['none.ts', 'export const own = 1;', 'no default export'],
  ])('that is %s is refused with exit 2 and what is wrong', (name, text, says) => {
    const { code, err } = at.custody('explore', own(name, text), 'case-1a');
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});

describe('custody export', () => {
  const asked = ['export', 'robin-mail', 'fail-before-claim', '--as', 'promela'];
  const hasSpin = ['spin', 'gcc'].every((program) => spawnSync(program, ['--version']).error === undefined);

  it('prints a model that has what explore counts', () => {
    const { text, ...made } = at.json(...asked);
    const { states, transitions } = at.json('explore', 'robin-mail', 'fail-before-claim', '--no-reduction');
    expect(made).toMatchObject({ format: 'promela', states, transitions, violated: ['I4', 'I11'], standstills: 0 });
    const { code, out } = at.custody(...asked);
    expect({ code, out }).toEqual({ code: 0, out: text });
    expect(text).toContain('made by:   custody export robin-mail fail-before-claim --as promela');
  });

  it.skipIf(!hasSpin)('says how to call SPIN, which then counts the same (skipped without spin or gcc)', () => {
    const { text, commands, states, transitions } = at.json(...asked);
    writeFileSync(join(at.folder, 'model.pml'), text);
    const said = spawnSync('sh', ['-c', commands.join(' && ')], { cwd: at.folder, encoding: 'utf8' }).stdout;
    expect(said).toContain('assertion violated I4');
    expect(said).toMatch(new RegExp(`${states} states, stored\\n.*\\n *${transitions + 1} transitions`));
  });

  it('prints nothing where a bound cut the search short: exit 3', () => {
    const { code, out, err } = at.custody(...asked, '--max-states', '10');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('--max-states');
  });

  it.each([
    [['6.1-race', '--as', 'svg'], 'there is only: bundle, ndjson, ftrace, perfetto, promela'],
    [['robin-mail', '--as', 'promela'], 'without a scenario'],
    [['robin-mail', 'case-1a', '--as', 'promela', '--mail'], 'without --mail'],
  ])('refuses %j with exit 2, and says why', (words, why) => {
    const { code, out, err } = at.custody('export', ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });
});

describe('custody tour', () => {
  it('tells its three stops without a terminal, and every run that it names is there', () => {
    const { code, out } = at.custody('tour');
    expect(code).toBe(0);
    expect(out).toMatch(/1\. A real race[\s\S]*2\. Two real patches[\s\S]*3\. The same leak/);
    expect(out).toMatch(/VIOLATED\s+I4/);
    const { stops } = at.json('tour');
    for (const stop of stops) expect(at.custody('state', stop.run, '--at', String(stop.at)).code).toBe(0);
  });
});

describe('custody note', () => {
  it('keeps a note with its reply for whoever opens the run next', () => {
    const added = at.json('note', 'add', '6.1-race', '--at', '13886', '--body', 'two binds wait', '--author', 'jason');
    const id = added.changed;
    at.json('note', 'reply', '6.1-race', id, '--body', 'case 2.a', '--author', 'robin');
    const { notes } = at.json('note', 'list', '6.1-race');
    expect(notes.filter((note: { id: string }) => note.id === id)).toMatchObject([
      { id, author: 'jason', body: 'two binds wait', orphan: false, replies: [{ author: 'robin', body: 'case 2.a' }] },
    ]);
  });
});

describe('what went wrong', () => {
  it.each([
    [['state', 'nowhere'], 'Cannot find the run "nowhere"'],
    [['explore', 'linux-9', 'case-1a'], 'there are: '],
    [['explore', 'linux6.1', 'case-1a'], 'did you mean "linux-6.1"?'],
    [['explore', 'linux-6.1', 'case-1z'], 'come-and-go-in-order'],
    [['scenarios', 'fail-befor-claim'], 'did you mean "fail-before-claim"?'],
    [['simulate', 'linux-6.1', 'case-1a', '--schedule', 'T0 banana'], 'banana'],
    [['simulate', 'linux-6.1', 'case-1a', '--schedule', 'T9'], 'its tasks are T0'],
    [['simulate', 'linux-6.1', 'case-1a', '--scheduler', 'pct'], 'give --seed N'],
    [['simulate', 'linux-6.1', 'case-1a', '--runs', '3'], 'Cannot use --runs with round-robin'],
    [['simulate', 'linux-6.1', 'case-1a', '--tolerant'], 'give --schedule too'],
    [['simulate', 'linux-6.1', 'case-1a', '--schedule', 'T0', '--runs', '3'], 'Cannot use --runs with --schedule'],
    [['simulate', 'linux-6.1', 'case-1a', '--scheduler', 'random', '--seed', '1', '--depth', '2'], 'only pct knows'],
    [['simulate', 'linux-6.1', 'case-1a', '--scheduler', 'pct', '--seed', '1', '--depth', '0'], 'from 1 to 1000'],
    [['simulate', 'linux-6.1', 'case-1a', '--scheduler', 'pct', '--seed', '1', '--runs', '0'], 'Cannot make 0 runs'],
    [['simulate', 'linux-6.1', 'case-1a', '--scheduler', 'pct', '--seed', '-1'], 'a whole number of 0 or more'],
    [['diff', '6.1-race', '6.1-basic', '--at', '0,99999'], 'ends at'],
    [['note', 'add', '6.1-race', '--at', '99999', '--body', 'x'], 'ends at'],
    [['show', '6.1-race', '--grep', '('], 'regular expression'],
    [['explore', 'linux-6.1', 'case-3', '--devices', '3'], 'one size only'],
    [['explore', 'linux-6.1', 'case-1a', '--devices', '9'], '2 to 6'],
    [['explore', './nowhere.json', 'case-1a'], 'no such file'],
    [['cases', 'linux-6.1', 'case-1a', '--run', '6.1-race'], 'a run is a story of its own'],
    [['conform', '6.1-race', 'linux-61'], 'did you mean "linux-6.1"?'],
    [['conform', '6.1-race', 'linux-6.1', '--all'], 'name a variant, or ask for all'],
    [['conform', '6.1-race', 'linux-6.1', '6.1-basic'], 'several runs go with --coverage'],
    [['explore', 'linux-6.1'], 'without a scenario'],
    [['explore', 'linux-6.1', '--from', '6.1-race'], 'write RUN@POSITION'],
    [['explore', 'robin-mail', '--from', '6.1-race@5000'], 'explains it only up to'],
    [['frobnicate'], 'unknown command'],
    [['import', '/no/such/file'], 'no such file'],
    [['runs', '--store', 'redis://localhost:6379'], 'give --store FILE'],
    [['runs', '--store', 'kurrentdb://me:secret@localhost:2'], 'on kurrentdb://localhost:2: it cannot be reached'],
  ])('%j exits 2 and says what', (words, says) => {
    const { code, err } = at.custody(...words);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });

  it('doctor says what works', () => {
    const { checks } = at.json('doctor');
    expect(checks.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
  });
});

describe('a store that several processes use', () => {
  /** A trace long enough for a process to be caught in the middle of it. */
  const longTrace = (folder: string): string => {
    const lines = gunzipSync(readFileSync(join(fixture('6.1-race'), 'stream.trace.gz')));
    const path = join(folder, 'long.trace.gz');
    writeFileSync(path, gzipSync(Buffer.concat(Array(8).fill(lines)), { level: 1 }));
    return path;
  };
  const topology = join(fixture('6.1-race'), 'topology.json');

  it('keeps both of two different imports at once', async () => {
    const other = newStore();
    const codes = await Promise.all(
      ['6.1-race', '6.1-basic'].map(async (name) => (await once(other.start('import', fixture(name)), 'close'))[0]),
    );
    expect(codes).toEqual([0, 0]);
    expect(other.json('runs').runs.filter(({ complete }: { complete: boolean }) => complete)).toHaveLength(2);
    other.remove();
  });

  it('lets one of two writers of the same run win, tells the other, and loses nothing', async () => {
    const other = newStore();
    const path = longTrace(other.folder);
    const ran = await Promise.all(
      [1, 2].map(async () => {
        const child = other.start('import', path, '--topology', topology);
        const [err, [code]] = await Promise.all([buffer(child.stderr), once(child, 'close')]);
        return { code, err: err.toString() };
      }),
    );
    expect(ran.some(({ code }) => code === 0)).toBe(true);
    for (const { code, err } of ran) {
      if (code !== 0) expect(err).toMatch(/another process is writing the same run/);
    }
    const [run] = other.json('runs').runs;
    expect(run.complete).toBe(true);
    expect(other.lines('show', run.run)).toHaveLength(run.events);
    other.remove();
  });

  it('opens after kill -9 during an import, with a run marked incomplete, which a second import finishes', async () => {
    const other = newStore();
    const path = longTrace(other.folder);
    const child = other.start('import', path, '--topology', topology);
    const closed = once(child, 'close');
    const runs = () => other.json('runs').runs;
    while (runs().length === 0) await delay(10);
    child.kill('SIGKILL');
    await closed;
    expect(runs()).toMatchObject([{ title: 'long', closed: false, complete: false }]);
    expect(other.custody('doctor').out).toContain('never closed: long');
    expect(other.custody('state', 'long').err).toContain('was never closed');
    const left = other.lines('show', 'long').length;

    const [run] = other.json('import', path, '--topology', topology).runs;
    expect(run.complete).toBe(true);
    expect(left).toBeLessThan(run.facts);
    expect(other.lines('show', run.run)).toHaveLength(run.facts);
    expect(readdirSync(other.folder).filter((name) => name.startsWith('custody.db'))).toEqual(['custody.db']);
    other.remove();
  });
});
