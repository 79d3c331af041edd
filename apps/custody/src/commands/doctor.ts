import { stat } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { isUrl } from '../store.ts';
import { problemOf } from '../trouble.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly hint: string;
}

const nodeCheck = (): Check => {
  const ok = Number(process.versions.node.split('.')[0]) >= 22;
  return {
    name: `Node ${process.versions.node}`,
    ok,
    hint: ok ? '' : 'needs 22 or newer; run npm ci, then npx custody',
  };
};

const storeCheck = async ({ store, look }: Context): Promise<Check> => {
  const name = `store ${store}`;
  const isFile = !isUrl(store);
  if (isFile && (await stat(store).catch(() => undefined)) === undefined)
    return { name, ok: true, hint: 'not there yet: made by the first import' };
  try {
    const entries = await look((workbench) => workbench.runs());
    const unfinished = entries.filter(({ end }) => end === undefined).map(({ header }) => header.title);
    if (unfinished.length === 0) return { name, ok: true, hint: `opens, ${entries.length} runs` };
    return {
      name,
      ok: true,
      hint: `opens, ${entries.length} runs; never closed: ${unfinished.join(', ')}; import the same files again to finish them`,
    };
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { name, ok: false, hint: problem };
  }
};

const terminalCheck = (): Check => {
  const { isTTY, columns = 0, rows = 0 } = process.stdout;
  if (!isTTY || !process.stdin.isTTY) {
    return { name: 'terminal', ok: true, hint: 'none here: replay prints what state prints' };
  }
  const ok = columns >= 80 && rows >= 24;
  return { name: `terminal ${columns}×${rows}`, ok, hint: ok ? '' : 'replay needs 80×24: make the window larger' };
};

export const registerDoctor: Register = (program) => {
  program
    .command('doctor')
    .description('say what works on this machine, and what to do about the rest')
    .action(
      run(async (context) => {
        const checks = [nodeCheck(), await storeCheck(context), terminalCheck()];
        return context.print.answer({
          json: { checks },
          text: checks.map(({ name, ok, hint }) => `${ok ? 'ok ' : 'NO '} ${name}${hint === '' ? '' : `: ${hint}`}`),
          code: checks.every(({ ok }) => ok) ? exit.yes : exit.no,
        });
      }),
    );
};
