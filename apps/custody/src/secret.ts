import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { RequestError } from '@custody/workbench';
import { isUrl } from './store.ts';

/** Enough that nobody guesses it. */
const bytes = 32;

/** `$CUSTODY_SECRET_FILE`, `custody.secret` beside the store, or for a store on a server in ~/.local/share/custody. */
const defaultPath = (store: string, env: NodeJS.ProcessEnv): string => {
  const named = env['CUSTODY_SECRET_FILE'];
  if (named !== undefined) return named;
  const folder = isUrl(store)
    ? join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'custody')
    : dirname(store);
  return join(folder, 'custody.secret');
};

/**
 * What signs the invitations to a store. Made when it is first wanted; only its owner may read it.
 *
 * @throws RequestError when the file cannot be read or made, or holds no secret.
 */
export const secretFor = (store: string, given?: string): Uint8Array => {
  const path = given ?? defaultPath(store, process.env);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${randomBytes(bytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new RequestError(`Cannot keep the secret of invitations in ${path}: ${message}`);
  }
  const secret = readSecret(path);
  if (secret.length >= bytes) return secret;
  throw new RequestError(
    `Cannot sign invitations by ${path} as it holds ${secret.length} bytes of secret, and ${bytes} are needed; ` +
      'remove it to get a new one, which ends all invitations',
  );
};

const readSecret = (path: string): Uint8Array => {
  try {
    return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
  } catch (error) {
    throw new RequestError(`Cannot read the secret of invitations in ${path}: ${(error as Error).message}`);
  }
};
