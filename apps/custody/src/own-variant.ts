import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hybridOf, RequestError, type Variant } from '@custody/workbench';

const modules = ['.ts', '.mts', '.js', '.mjs'];

/** Is the word a file, and no id? */
const isFile = (word: string): boolean => /[/\\]/.test(word) || ['.json', ...modules].includes(extname(word));

const refused = (path: string, cause: unknown): RequestError => {
  const { message, code } = cause as NodeJS.ErrnoException;
  const missing = code === 'ENOENT' || (code === 'ERR_MODULE_NOT_FOUND' && message.includes(resolve(path)));
  const why =
    code === 'ERR_UNKNOWN_FILE_EXTENSION'
      ? `Node ${process.version} does not read TypeScript; use Node 22.18 or newer, or write it as .json`
      : missing
        ? 'there is no such file'
        : message;
  return new RequestError(`Cannot read the variant "${path}": ${why}`, { cause });
};

const documentOf = async (path: string): Promise<unknown> => {
  try {
    if (!modules.includes(extname(path))) return JSON.parse(await readFile(path, 'utf8'));
    const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.default;
  } catch (cause) {
    throw refused(path, cause);
  }
};

/**
 * The variant that a person named: an id, or a file of their own. A .ts, .mts or .js file is run, and its default
 * export read.
 *
 * @throws RequestError when the file cannot be read, HybridError when it says no variant.
 */
export const variantFrom = async (word: string): Promise<string | Variant> => {
  if (!isFile(word)) return word;
  const document = await documentOf(word);
  if (document === undefined) {
    throw new RequestError(
      `Cannot use "${word}" as a variant: the file has no default export; write: export default { … }`,
    );
  }
  return hybridOf(document, word);
};
