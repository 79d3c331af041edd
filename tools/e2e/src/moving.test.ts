import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, newStore, type TestStore } from './custody.ts';

const formats = ['bundle', 'ndjson'] as const;

let at: TestStore;
const file = (name: string): string => join(at.folder, name);
beforeAll(() => {
  at = newStore();
  at.custody('import', fixture('6.1-basic'));
  at.custody('note', 'add', '6.1-basic', '--at', '100', '--body', 'why EPERM here?', '--author', 'jason');
  for (const format of formats) at.custody('export', '6.1-basic', '--as', format, '-o', file(format));
});
afterAll(() => at.remove());

/** What a store tells of the run, in every way that it can be asked. */
const told = (store: TestStore) => ({
  runs: store.json('runs').runs.filter(({ title }: { title: string }) => title === '6.1-basic'),
  events: store.custody('show', '6.1-basic', '--json').out,
  state: store.json('state', '6.1-basic'),
  notes: store.json('note', 'list', '6.1-basic').notes,
});

describe('a run that was exported', () => {
  it.each(formats)('as %s and imported elsewhere is the same run, with its notes and its time', (format) => {
    const other = newStore();
    const { runs } = other.json('import', file(format));
    expect(runs).toMatchObject([{ from: format, title: '6.1-basic', already: false, lines: 549, notes: { added: 1 } }]);
    expect(told(other)).toEqual(told(at));
    expect(other.json('import', file(format)).runs).toMatchObject([{ already: true, notes: { came: 1, added: 0 } }]);
    expect(other.json('import', fixture('6.1-basic')).runs).toMatchObject([{ from: 'trace', already: true }]);
    other.remove();
  });

  it.each(formats)('as %s goes through pipes, gzipped, whatever its name', async (format) => {
    const exporting = at.start('export', '6.1-basic', '--as', format);
    const [bytes] = await Promise.all([buffer(exporting.stdout), once(exporting, 'close')]);
    expect(bytes).toEqual(readFileSync(file(format)));
    const other = newStore();
    const importing = other.start('import', '-', '--json');
    importing.stdin.end(gzipSync(bytes));
    const [out] = await Promise.all([buffer(importing.stdout), once(importing, 'close')]);
    expect(JSON.parse(out.toString()).runs).toMatchObject([{ from: format, title: '6.1-basic' }]);
    const misnamed = join(other.folder, 'stream.trace');
    writeFileSync(misnamed, bytes);
    expect(other.custody('diff', '6.1-basic', misnamed).code).toBe(0);
    other.remove();
  });

  it('has a digest that is that of its lines', () => {
    const made = at.json('export', '6.1-basic', '--as', 'bundle', '-o', file('again'));
    const lines = readFileSync(file('ndjson'), 'utf8')
      .split('\n')
      .slice(1, 1 + made.events);
    const digest = createHash('sha256')
      .update(`${lines.join('\n')}\n`)
      .digest('hex');
    expect(made).toMatchObject({ format: 'bundle', title: '6.1-basic', notes: 1, digest });
    expect(made.bytes).toBe(readFileSync(file('again')).length);
    expect(at.json('import', file('again')).runs).toMatchObject([{ digest }]);
  });

  it('of a simulation is simulated again where it arrives', () => {
    const { run } = at.json('simulate', 'robin-mail', 'fail-before-claim');
    at.custody('export', run, '--as', 'bundle', '-o', file('simulated'));
    const other = newStore();
    expect(other.json('import', file('simulated')).runs).toMatchObject([{ run, origin: 'made again' }]);
    other.remove();
  });

  it.each([
    ['a changed byte', 'bundle', (bytes: Buffer) => changedAt(bytes, bytes.length - 3000), /byte \d+, events 0 to 597/],
    ['a cut', 'bundle', (bytes: Buffer) => bytes.subarray(0, -5), /byte \d+, end/],
    ['a changed first byte', 'bundle', (bytes: Buffer) => changedAt(bytes, 0), /byte 0, header/],
    ['a newer version', 'bundle', (bytes: Buffer) => changedAt(bytes, 15), /version was changed|upgrade/],
    [
      'a broken line',
      'ndjson',
      (bytes: Buffer) => changedAt(bytes, bytes.indexOf('\n', 20_000) + 1),
      /line \d+ is not JSON/,
    ],
    ['a cut', 'ndjson', (bytes: Buffer) => bytes.subarray(0, 50_000), /line \d+ /],
  ])('with %s (%s) is refused whole, with its place: exit 2', (_, format, change, says) => {
    const other = newStore();
    const path = join(other.folder, 'bad');
    writeFileSync(path, change(readFileSync(file(format))));
    const { code, err } = other.custody('import', path);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(says) });
    expect(other.json('runs').runs).toEqual([]);
    other.remove();
  });

  it.each([
    [['export', '6.1-basic', '--as', 'bundle', '--json'], 'give -o FILE'],
    [['export', '6.1-basic', '--as', 'ndjson', '--mail'], 'give -o FILE'],
    [['export', '6.1-basic', '--as', 'ftrace', '--json'], 'give -o FILE'],
    [['export', '6.1-basic', 'case-1a', '--as', 'bundle'], 'name one RUN'],
    [['export', '6.1-basic', '--as', 'bundle', '--devices', '3'], 'Cannot use --devices'],
    [['export', 'nowhere', '--as', 'bundle'], 'Cannot find the run "nowhere"'],
    [['export', '6.1-basic', '--as', 'bundle', '-o', '/nowhere/at/all'], 'Cannot write "/nowhere/at/all"'],
    [['import', join(fixture('6.1-basic'), 'topology.json')], 'is no header of a run'],
  ])('%j exits 2 and says what', (words, says) => {
    const { code, out, err } = at.custody(...words);
    expect(err).toContain(says);
    expect(code).toBe(2);
    expect(out).toBe('');
  });
});

/** The bytes with one bit of one of them changed. */
function changedAt(bytes: Buffer, index: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

describe('custody copy', () => {
  it('takes a run with its notes to another store and compares them there; once more changes nothing', () => {
    const other = newStore();
    const { events } = at.json('runs').runs[0];
    const copied = at.json('copy', '6.1-basic', '--to', other.store);
    expect(copied).toMatchObject({ to: other.store, runs: [{ facts: events, written: events, differences: [] }] });
    expect(told(other)).toEqual(told(at));
    const again = at.json('copy', '--all', '--to', other.store).runs;
    expect(again[0]).toMatchObject({ already: true, written: 0, notes: { came: 1, added: 0 }, differences: [] });
    expect(told(other)).toEqual(told(at));
    other.remove();
  });

  it('goes on where it was killed', async () => {
    const from = newStore();
    const to = newStore();
    const path = join(from.folder, 'long.trace.gz');
    const lines = gunzipSync(readFileSync(join(fixture('6.1-race'), 'stream.trace.gz')));
    writeFileSync(path, gzipSync(Buffer.concat([lines, lines, lines, lines]), { level: 1 }));
    from.custody('import', path, '--topology', join(fixture('6.1-race'), 'topology.json'));
    const child = from.start('copy', 'long', '--to', to.store);
    const closed = once(child, 'close');
    while (to.json('runs').runs.length === 0) await delay(5);
    child.kill('SIGKILL');
    await closed;
    expect(to.json('runs').runs).toMatchObject([{ title: 'long', closed: false }]);
    const { code, out } = from.custody('copy', 'long', '--to', to.store);
    expect(out).toContain('compared with what was sent: the same');
    expect(code).toBe(0);
    expect(to.json('runs')).toEqual(from.json('runs'));
    expect(to.custody('show', 'long', '--json').out).toBe(from.custody('show', 'long', '--json').out);
    from.remove();
    to.remove();
  });

  it('tells nobody the password of the server that it was to copy to', () => {
    const { code, out, err } = at.custody('copy', '6.1-basic', '--to', 'kurrentdb://me:secret@localhost:2', '--json');
    expect(JSON.parse(out)).toMatchObject({ to: 'kurrentdb://localhost:2', runs: [] });
    expect(out + err).not.toContain('secret');
    expect(code).toBe(2);
  });

  it.each([
    [['copy', '6.1-basic'], '--to'],
    [['copy', '--to', 'elsewhere.db'], 'name the runs, or give --all'],
    [['copy', '6.1-basic', '--to', 'SELF'], 'to itself'],
    [['copy', '6.1-basic', '--to', 'nosuch://host'], 'Cannot open a store at nosuch://'],
  ])('%j exits 2 and says what', (words, says) => {
    const { code, err } = at.custody(...words.map((word) => (word === 'SELF' ? at.store : word)));
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});
