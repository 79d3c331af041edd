import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeBundle } from '@custody/bundle';
import { nameOf, RequestError, type Workbench } from '@custody/workbench';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { secretFor } from '../secret.ts';
import { isLoopback, listenAddress, type ServerAddress, usualPort } from '../server-address.ts';

interface ServeOptions {
  readonly listen: ServerAddress;
  readonly redis?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly secretFile?: string;
}

const pem = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new RequestError(`Cannot serve with TLS by "${path}": ${(error as Error).message}`);
  }
};

const tlsOf = ({ tlsCert, tlsKey }: ServeOptions) => {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new RequestError('Cannot serve with TLS by half of it; give both --tls-cert FILE and --tls-key FILE');
  }
  return { cert: pem(tlsCert), key: pem(tlsKey) };
};

/** The run of that name as it is in the store, for those who have a token for it but not the run. */
const bundleOf = async (desk: Workbench, name: string) => {
  const entry = (await desk.runs()).find(({ header, life }) => nameOf({ run: header.run, life }) === name);
  return entry === undefined ? null : writeBundle(await desk.pack(entry.header.run));
};

const cannotListen = ({ host, port }: ServerAddress, error: unknown): unknown => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new RequestError(`Cannot listen on ${host}:${port}: ${message}; give another --listen ADDRESS:PORT`);
};

export const registerServe: Register = (program) => {
  program
    .command('serve')
    .description('let others write on the runs of this store at the same time, until it is interrupted')
    .option('--listen <address>', 'where', listenAddress, { host: '127.0.0.1', port: usualPort })
    .option('--redis <url>', 'a Redis that several servers on one store share')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--secret-file <file>', 'what signs invitations (default: custody.secret beside the store)')
    .addHelpText(
      'after',
      '\nNobody comes in without a token: see custody invite. What happens is told on stderr, as NDJSON.',
    )
    .action(
      run(async ({ print, desk, store }, options: ServeOptions) =>
        desk(async (workbench, log) => {
          const { startSyncServer, quietConsole } = await import('@custody/sync');
          const { listen, redis, secretFile } = options;
          const tls = tlsOf(options);
          const say = (line: object): void => void process.stderr.write(`${JSON.stringify(line)}\n`);
          quietConsole(say);
          const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
          await using server = await startSyncServer({
            log,
            ...listen,
            secret: secretFor(store, secretFile),
            now: () => new Date(),
            say,
            redis,
            tls,
            bundleOf: (name) => bundleOf(workbench, name),
          }).catch((error) => {
            throw cannotListen(listen, error);
          });
          if (tls === undefined && !isLoopback(listen.host)) {
            print.complain(
              'what is said is not encrypted: give --tls-cert and --tls-key, or put a proxy with TLS before it',
            );
          }
          const { url } = server;
          print.answer({
            json: { url, store },
            text: [`serving ${store} at ${url}`, `  let somebody in: custody invite RUN --name NAME --url ${url}`],
          });
          await stopped;
          return exit.yes;
        }),
      ),
    );
};
