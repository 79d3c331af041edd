import { keyNames } from '../keys.ts';
import { keysAnywhere, keysByScreen, type NamedKeys } from './key-tables.ts';

/** Thrown when a file of keys cannot be used; the message says where and what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** Other keys for some bindings, by their full names. */
type Remapped = ReadonlyMap<string, readonly string[]>;

const isKey = (key: string): boolean => [...key].length === 1 || keyNames.includes(key) || /^ctrl-[a-z]$/.test(key);

/** How many letters differ at the beginning or the end: enough to tell a slip from another word. */
const isLike = (written: string, name: string): boolean => {
  const [, id = written] = written.split('.');
  const [, own = name] = name.split('.');
  return own.startsWith(id.slice(0, 3)) || id.startsWith(own.slice(0, 3));
};

const parsed = (path: string, text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new KeyFileError(`Cannot use ${path} as it is not JSON (${why})`, { cause });
  }
  throw new KeyFileError(`Cannot use ${path} as it is not an object: write {"replay.on": ["j", "down"]}`);
};

const checkName = (path: string, name: string, names: readonly string[]): void => {
  if (names.includes(name)) return;
  const like = names.filter((known) => isLike(name, known)).slice(0, 5);
  const meant = like.length === 0 ? '' : `; did you mean ${like.join(', ')}?`;
  throw new KeyFileError(`Cannot use ${path} as nothing is called "${name}"${meant} Help (?) has all names`);
};

const keysOf = (path: string, name: string, value: unknown): readonly string[] => {
  const keys = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
    throw new KeyFileError(`Cannot use ${path} as "${name}" is not a list of keys: write "${name}": ["x"]`);
  }
  const wrong = keys.find((key) => !isKey(key));
  if (wrong !== undefined) {
    throw new KeyFileError(
      `Cannot use ${path} as "${wrong}" of "${name}" is no key: a key is one character, ctrl-a to ctrl-z, ` +
        `or one of ${keyNames.join(', ')}`,
    );
  }
  return keys;
};

/** No key may mean two things at one place. */
const checkApart = (path: string, remapped: Remapped, screen: readonly NamedKeys[]): void => {
  const taken = new Map<string, string>();
  for (const { name, keys } of [...screen, ...keysAnywhere()]) {
    for (const key of remapped.get(name) ?? keys) {
      const other = taken.get(key);
      if (other !== undefined) {
        throw new KeyFileError(
          `Cannot use ${path} as "${key}" would be both ${other} and ${name}: give one of them other keys`,
        );
      }
      taken.set(key, name);
    }
  }
};

/**
 * What a person's file of keys says: JSON, an object from names of bindings to lists of keys, as in
 * `{"replay.on": ["j", "down"], "any.quit": ["ctrl-q"]}`. An empty list takes all keys from a binding.
 *
 * @param path - for messages.
 * @throws KeyFileError when it cannot be used.
 */
export const readKeys = (path: string, text: string): Remapped => {
  const screens = keysByScreen();
  const names = [...screens.flat(), ...keysAnywhere()].map(({ name }) => name);
  const remapped = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(parsed(path, text))) {
    checkName(path, name, names);
    remapped.set(name, keysOf(path, name, value));
  }
  for (const screen of screens) checkApart(path, remapped, screen);
  return remapped;
};
