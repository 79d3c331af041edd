import { type ExitCode, exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { healthHint, healthLines, type StoreHealth, storeHealth } from '../store-check.ts';

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

const storeCheck = (store: string, health: StoreHealth): Check => ({
  name: `store ${store}`,
  ok: health.verdict === 'sound' || health.verdict === 'absent',
  hint: healthHint(health),
});

const terminalCheck = (): Check => {
  const { isTTY, columns = 0, rows = 0 } = process.stdout;
  if (!isTTY || !process.stdin.isTTY) {
    return { name: 'terminal', ok: true, hint: 'none here: replay prints what state prints' };
  }
  const ok = columns >= 80 && rows >= 24;
  return { name: `terminal ${columns}×${rows}`, ok, hint: ok ? '' : 'replay needs 80×24: make the window larger' };
};

/** Damage is the answer no; whatever else is not right is trouble. */
const codeOf = (checks: readonly Check[], { verdict }: StoreHealth): ExitCode => {
  if (verdict === 'damaged') return exit.no;
  return checks.every(({ ok }) => ok) ? exit.yes : exit.trouble;
};

export const registerDoctor: Register = (program) => {
  program
    .command('doctor')
    .description('say what works on this machine and what to do about the rest; check everything in the store')
    .action(
      run(async (context) => {
        const { store, print } = context;
        const health = await storeHealth(context);
        const ofStore = storeCheck(store, health);
        const checks = [nodeCheck(), ofStore, terminalCheck()];
        const { verdict, check = null, findings, runs = null } = health;
        const lineOf = ({ name, ok, hint }: Check) => `${ok ? 'ok ' : 'NO '} ${name}${hint === '' ? '' : `: ${hint}`}`;
        return print.answer({
          json: { checks, store: { path: store, verdict, runs, check, findings } },
          text: checks.flatMap((one) => [lineOf(one), ...(one === ofStore ? healthLines(health) : [])]),
          code: codeOf(checks, health),
        });
      }),
    );
};
