import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { RequestError, type Run, UnknownRunError, type Workbench } from '@custody/workbench';
import { importFile } from './import-file.ts';
import type { Printer } from './print.ts';

interface Source {
  readonly url: string;
  readonly token: string;
  /** As the server names it. */
  readonly name: string;
}

const fetched = async ({ url, token, name }: Source): Promise<Response> => {
  const { runPath } = await import('@custody/sync');
  const address = `${url.replace(/^ws/, 'http')}${runPath}${encodeURIComponent(name)}`;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } }).catch((cause) => {
    const { message } = (cause as { readonly cause?: Error }).cause ?? (cause as Error);
    throw new RequestError(`Cannot reach ${url}: ${message}; is custody serve running there?`, { cause });
  });
  if (answer.ok && answer.body !== null) return answer;
  throw new RequestError(`Cannot get the run from ${url}: ${(await answer.text()).trim()}`);
};

/** The run as it is in the store; one that is not there yet is fetched from the server, with its notes. */
export const runOrFetch = async (desk: Workbench, print: Printer, source: Source): Promise<Run> => {
  const [id = ''] = source.name.split('.');
  try {
    return await desk.open(id);
  } catch (error) {
    if (!(error instanceof UnknownRunError)) throw error;
  }
  const folder = await mkdtemp(join(tmpdir(), 'custody-join-'));
  try {
    const { body } = await fetched(source);
    const file = join(folder, 'run.custody');
    await writeFile(file, Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]));
    const { run, title } = await importFile(desk, print, file);
    print.progress(`fetched ${title} (${run}) from ${source.url}`);
    return await desk.open(run);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
