// Draws the pictures of docs/tui.md from the built program on the recordings of fixtures/: npm run pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture, launcher, newStore, root } from './custody.ts';
import { svgOf } from './svg.ts';
import { openTerminal } from './terminal.ts';

const size = { columns: 110, rows: 32 } as const;
const folder = join(root, 'docs', 'pictures');

interface Picture {
  readonly name: string;
  readonly title: string;
  /** Typed one after the other, each once the screen has what comes before it. */
  readonly keys: readonly (string | { readonly waitFor: string | RegExp })[];
}

const line = (text: string): readonly string[] => [...text, 'Enter'];

const pictures: readonly Picture[] = [
  {
    name: 'replay',
    title: 'Replay: a bind waits for the group mutex that a release holds',
    keys: [{ waitFor: 'at 13886' }],
  },
  { name: 'help', title: 'Help: every key, searched', keys: ['?', ...'/lock'] },
  { name: 'runs', title: 'Runs: what is in the store', keys: ['H', { waitFor: 'in the store' }] },
  {
    name: 'compare',
    title: 'Compare: where two kernels part',
    keys: [...line(':diff 6.1-type 6.12-type'), { waitFor: 'side by side' }],
  },
  { name: 'notes', title: 'Notes: what people said, as threads', keys: ['A', { waitFor: 'notes on' }] },
  {
    name: 'explore',
    title: 'Explore: every interleaving of the scheme of the mail',
    keys: [...line(':explore robin-mail fail-before-claim'), { waitFor: /violated/ }],
  },
];

const said = {
  '--at': '13886',
  '--author': 'robin',
  '--body': 'Both binds wait here until the last user has released the group.',
};

/** Dates are those of the day on which the picture is made: any other day must give the same. */
const undated = (screen: string): string =>
  screen.replace(/20\d\d-\d\d-\d\d( \d\d:\d\d)?/g, (date) => '2026-11-22 20:00'.slice(0, date.length));

const store = newStore();
const command: [string, ...string[]] = [process.execPath, launcher, 'replay', '6.1-race', '--at', '13886'];
try {
  mkdirSync(folder, { recursive: true });
  for (const name of ['6.1-race', '6.1-type', '6.12-type', 'lab-robin-leak']) store.custody('import', fixture(name));
  store.custody('note', 'add', '6.1-race', ...Object.entries(said).flat());
  for (const { name, title, keys } of pictures) {
    const terminal = openTerminal({
      command,
      env: { CUSTODY_STORE: store.store, FORCE_COLOR: '1' },
      cwd: root,
      ...size,
    });
    await terminal.waitFor('at 13886', 60_000);
    for (const key of keys) {
      if (typeof key === 'string') terminal.send(key);
      else await terminal.waitFor(key.waitFor, 60_000);
    }
    // What is read in the background shows as well.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    writeFileSync(
      join(folder, `${name}.svg`),
      svgOf(undated(terminal.screen('styled')), size.columns, size.rows - 1, title),
    );
    terminal.kill();
  }
} finally {
  store.remove();
}
