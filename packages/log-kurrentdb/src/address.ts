import { readFileSync } from 'node:fs';
import { StoreError } from '@custody/log';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where a server is and how it is spoken to, taken apart so that no secret is in what could be printed. */
export interface Address {
  /** For the client; without credentials. */
  readonly connection: string;
  /** For messages: scheme and hosts. */
  readonly shown: string;
  /** What each stream's name begins with on the server. */
  readonly prefix: string;
  /** Undefined as well when the connection is not encrypted: they would be sent in the clear, and not be asked for. */
  readonly credentials: Credentials | undefined;
}

export interface AddressOptions {
  readonly prefix?: string | undefined;
  readonly credentialsFile?: string | undefined;
  readonly caFile?: string | undefined;
}

const shape =
  /^(?<scheme>kurrentdb|kurrent|kdb|esdb)(?<discover>\+discover)?:\/\/(?:(?<user>[^/?]*)@)?(?<hosts>[^@/?#]+)\/?(?:\?(?<query>.*))?$/;

/** What the client knows; anything else it would only warn of. `throwOnAppendFailure` is not for a user to change. */
const clientParameters = [
  'connectionName',
  'defaultDeadline',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
  'maxDiscoverAttempts',
  'nodePreference',
  'tls',
  'tlsCAFile',
  'tlsVerifyCert',
  'userCertFile',
  'userKeyFile',
];

const refusal = (why: string, options?: ErrorOptions): StoreError =>
  new StoreError(`Cannot use the address of the KurrentDB server: ${why}`, options);

/**
 * Takes a connection string apart: `kurrentdb://[user:password@]host:port[,host:port][?tls=false&prefix=lab.]`.
 *
 * `esdb://` and `+discover` are taken too, and every parameter that the client documents. `prefix` is ours.
 *
 * @throws StoreError, without any part of the string that could be a secret.
 */
export const parseAddress = (text: string, options: AddressOptions = {}): Address => {
  const parts = shape.exec(text.trim())?.groups;
  if (parts?.['hosts'] === undefined) {
    throw refusal('it is not of the form kurrentdb://host:port?tls=false; correct it');
  }
  const parameters = parametersOf(parts['query'] ?? '');
  const prefix = options.prefix ?? parameters.get('prefix') ?? '';
  if (!/^[A-Za-z0-9._:-]*$/.test(prefix)) {
    throw refusal(`its prefix ${JSON.stringify(prefix)} may hold letters, digits and . _ : - only`);
  }
  parameters.delete('prefix');
  if (options.caFile !== undefined) parameters.set('tlsCAFile', encodeURIComponent(options.caFile));
  readText(parameters.get('tlsCAFile'), 'CA file');
  const given = options.credentialsFile === undefined ? inUrl(parts['user']) : inFile(options.credentialsFile);
  const base = `kurrentdb${parts['discover'] ?? ''}://${parts['hosts']}`;
  const query = [...parameters].map(([key, value]) => `${key}=${value}`).join('&');
  return {
    connection: query === '' ? base : `${base}?${query}`,
    shown: base,
    prefix,
    credentials: parameters.get('tls') === 'false' ? undefined : given,
  };
};

const parametersOf = (query: string): Map<string, string> => {
  const parameters = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [key = '', value = ''] = pair.split(/=(.*)/s);
    const known = ['prefix', ...clientParameters].find((name) => name.toLowerCase() === key.toLowerCase());
    if (known === undefined || value === '') {
      throw refusal(
        `its parameter ${JSON.stringify(key)} is not known or empty; known are ${clientParameters.join(', ')} and prefix`,
      );
    }
    parameters.set(known, value);
  }
  return parameters;
};

const inUrl = (user: string | undefined): Credentials | undefined => {
  if (user === undefined) return undefined;
  const credentials = split(user);
  if (credentials === undefined) throw refusal('before its @ stands no user:password; correct it');
  try {
    return {
      username: decodeURIComponent(credentials.username),
      password: decodeURIComponent(credentials.password),
    };
  } catch {
    throw refusal('a % in its user or password is not followed by two hexadecimal digits; write it as %25');
  }
};

const inFile = (path: string): Credentials => {
  const credentials = split((readText(path, 'credentials file') ?? '').trim());
  if (credentials !== undefined) return credentials;
  throw refusal(`the credentials file ${path} holds no line of the form user:password; write one`);
};

const split = (text: string): Credentials | undefined => {
  const [username = '', password] = text.split(/:(.*)/s);
  return username === '' || password === undefined ? undefined : { username, password };
};

const readText = (path: string | undefined, what: string): string | undefined => {
  if (path === undefined) return undefined;
  try {
    return readFileSync(decodeURIComponent(path), 'utf8');
  } catch (cause) {
    throw refusal(`its ${what} ${path} cannot be read; see that it is there and that you may read it`, { cause });
  }
};
