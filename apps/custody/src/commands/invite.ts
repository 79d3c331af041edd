import { nameOf, RequestError } from '@custody/workbench';
import { InvalidArgumentError, Option } from 'commander';
import { isName } from '../author.ts';
import { findRun } from '../find-run.ts';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { secretFor } from '../secret.ts';
import { serverUrl, usualPort } from '../server-address.ts';

interface InviteOptions {
  readonly name: string;
  readonly role: 'reader' | 'writer';
  readonly expires: number;
  readonly url: string;
  readonly secretFile?: string;
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30m`, `12h`, `7d` in milliseconds. */
const span = (text: string): number => {
  const [, amount, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (amount === undefined || Number(amount) === 0) {
    throw new InvalidArgumentError('It must be a time such as 30m, 12h or 7d.');
  }
  return Number(amount) * units[unit as keyof typeof units];
};

const nameWord = (text: string): string => {
  const name = text.trim();
  if (!isName(name)) {
    throw new InvalidArgumentError('It must be a name of 1 to 100 characters.');
  }
  return name;
};

export const registerInvite: Register = (program) => {
  program
    .command('invite')
    .argument('<run>', 'an id, a title, the beginning of one, or a file')
    .description('make a token that lets somebody join the others at a run')
    .requiredOption('--name <name>', 'who it is for: what they write is signed with it', nameWord)
    .addOption(new Option('--role <role>', 'what they may do').choices(['reader', 'writer']).default('writer'))
    .option('--expires <time>', 'how long it is good for: 30m, 12h, 7d', span, 7 * units.d)
    .option('--url <url>', 'where they find the server', serverUrl, `ws://127.0.0.1:${usualPort}`)
    .option('--secret-file <file>', 'what signs it, as given to serve (default: custody.secret beside the store)')
    .action(
      run(async ({ print, desk, store }, options: InviteOptions, reference: string) =>
        desk(async (workbench) => {
          if (print.options.mail)
            throw new RequestError('Cannot fold a token to the width of a mail; leave out --mail');
          const { tokenOf } = await import('@custody/sync');
          const { name, role, url, secretFile } = options;
          const { header, life } = await findRun(workbench, reference, print);
          const named = nameOf({ run: header.run, life });
          const expires = new Date(Date.now() + options.expires);
          const token = await tokenOf({ name, run: named, role, expires }, secretFor(store, secretFile));
          return print.answer({
            json: { url, token, name, role, run: named, title: header.title, expires: expires.toISOString() },
            text: [
              `${name} may ${role === 'writer' ? 'read and write' : 'read'} the notes on ${header.title} (${named}) until ${expires.toISOString()}, with:`,
              `  CUSTODY_TOKEN=${token} custody join ${url}`,
              'whoever has this token is taken for them: hand it over like a password',
            ],
            code: exit.yes,
          });
        }),
      ),
    );
};
