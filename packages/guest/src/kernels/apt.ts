import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GuestError } from '../guest-error.ts';

const run = promisify(execFile);

/** Debian's keys, where its package debian-archive-keyring puts them. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where to get packages of Debian and of its security updates. */
export interface Mirror {
  readonly main: string;
  readonly security: string;
}

/** A package as the mirror's list has it. */
export interface ListedPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
}

const said = (cause: unknown): string => {
  const { stderr = '', message, code } = cause as { stderr?: string; message: string; code?: unknown };
  if (code === 'ENOENT') return 'there is no apt on this machine; give your own with --kernel and --modules';
  const errors = stderr.split('\n').filter((line) => /^(E|Err|W):?/.test(line));
  return (errors.length > 0 ? errors.slice(0, 3).join('; ') : message).trim();
};

/**
 * The mirror that this machine's own apt is set up with.
 *
 * @throws GuestError when it has none of Debian.
 */
export const configuredMirror = async (): Promise<Mirror> => {
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE)',
    'Created-By: Packages',
  ]).catch((cause) => {
    throw new GuestError(`Cannot tell the mirror of this machine: ${said(cause)}`, { cause });
  });
  const places = stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .map((uri) => uri.replace(/\/$/, ''));
  const security = places.find((uri) => /\/debian-security$/.test(uri));
  const main = places.find((uri) => /\/debian$/.test(uri));
  const one = main ?? security?.replace(/-security$/, '');
  if (one === undefined) {
    throw new GuestError(
      'Cannot get a kernel of Debian as apt has no mirror of it; name one with --mirror http://deb.debian.org/debian',
    );
  }
  return { main: one, security: security ?? `${one}-security` };
};

/** The mirror at an address that ends in `/debian`; that of security updates stands beside it. */
export const mirrorAt = (uri: string): Mirror => {
  const main = uri.replace(/\/$/, '');
  return { main, security: `${main}-security` };
};

/**
 * An apt of our own: its lists and caches are in our folder, so that other suites can be read, and nothing of the
 * machine's is touched or installed.
 */
export class PrivateApt {
  readonly #folder: string;
  readonly #mirror: Mirror;

  constructor(folder: string, mirror: Mirror) {
    this.#folder = folder;
    this.#mirror = mirror;
  }

  /** Reads the lists of these suites. @throws GuestError. */
  async update(suites: readonly string[]): Promise<void> {
    const lines = [...new Set(suites)].map((suite) => {
      const uri = suite.endsWith('-security') ? this.#mirror.security : this.#mirror.main;
      return `deb [signed-by=${keyring}] ${uri} ${suite} main\n`;
    });
    await mkdir(join(this.#folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(this.#folder, 'cache', 'archives', 'partial'), { recursive: true });
    await writeFile(join(this.#folder, 'sources.list'), lines.join(''));
    await this.#apt(
      'apt-get',
      ['update', '-q', '-o', 'APT::Update::Error-Mode=any'],
      `read what ${this.#mirror.main} has`,
    );
  }

  /** All packages whose name begins with `prefix`, in no promised order. @throws GuestError. */
  async list(prefix: string): Promise<readonly ListedPackage[]> {
    const found = await this.#apt(
      'apt-cache',
      ['search', '--names-only', `^${prefix.replace(/[.+]/g, '\\$&')}`],
      'search the lists',
    );
    const names = found
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
      .filter((name) => name.startsWith(prefix));
    if (names.length === 0) return [];
    const stanzas = await this.#apt('apt-cache', ['show', ...names], 'read the lists');
    return stanzas.split('\n\n').flatMap((stanza): ListedPackage[] => {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
      const name = field('Package');
      return name === ''
        ? []
        : [{ name, version: field('Version'), sha256: field('SHA256'), size: Number(field('Size')) }];
    });
  }

  /** Gets a package into a folder. @throws GuestError. */
  async download({ name, version }: Pick<ListedPackage, 'name' | 'version'>, into: string): Promise<void> {
    await this.#apt('apt-get', ['download', '-q', `${name}=${version}`], `get ${name} ${version}`, into);
  }

  async #apt(program: string, words: readonly string[], what: string, cwd = this.#folder): Promise<string> {
    const at = (name: string): string => join(this.#folder, name);
    const own = [
      `Dir::Etc::sourcelist=${at('sources.list')}`,
      'Dir::Etc::sourceparts=/dev/null',
      `Dir::State::lists=${at('lists')}`,
      `Dir::Cache=${at('cache')}`,
      ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
    ].flatMap((setting) => ['-o', setting]);
    try {
      return (await run(program, [...own, ...words], { cwd, maxBuffer: 1 << 28 })).stdout;
    } catch (cause) {
      throw new GuestError(`Cannot ${what}: ${said(cause)}`, { cause });
    }
  }
}
