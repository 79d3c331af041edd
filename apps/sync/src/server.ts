import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Hocuspocus, WebSocketLike } from '@hocuspocus/server';
import crossws from 'crossws/adapters/node';
import { invitationIn } from './invitation.ts';
import { type Limits, usualLimits } from './limits.ts';
import { type NotesServiceOptions, notesService } from './notes-service.ts';

export interface SyncServerOptions extends Omit<NotesServiceOptions, 'limits'> {
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** PEM; without them the server speaks plainly, for this machine or a proxy before it. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** The recording that the notes are on, as a bundle, for those who do not have it; null when it is not here. */
  readonly bundleOf?: (run: string) => Promise<AsyncIterable<Uint8Array> | null>;
}

export interface SyncServer extends AsyncDisposable {
  /** `ws://127.0.0.1:4410` */
  readonly url: string;
}

/** Where a run can be fetched over HTTP by who has a token for it. */
export const runPath = '/run/';

const bearerOf = ({ headers }: IncomingMessage): string =>
  /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';

const plain = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
};

/**
 * Sockets on one port: WebSockets for the notes, HTTP for the run.
 *
 * @param ended - told why a socket was ended that did what no WebSocket may.
 */
const socketsFor = (
  service: Hocuspocus<never>,
  { messageBytes, sockets: most }: Limits,
  ended: (reason: string) => void,
) => {
  const connections = new Map<string, ReturnType<typeof service.handleConnection>>();
  return crossws({
    serverOptions: { maxPayload: messageBytes, perMessageDeflate: false },
    hooks: {
      upgrade: () => (connections.size < most ? undefined : new Response('too many connections\n', { status: 503 })),
      open: (peer) => {
        const socket = peer.websocket as unknown as WebSocketLike;
        connections.set(peer.id, service.handleConnection(socket, peer.request as Request));
      },
      message: (peer, message) => connections.get(peer.id)?.handleMessage(message.uint8Array()),
      close: (peer, { code = 1005, reason = '' }) => {
        connections.get(peer.id)?.handleClose({ code, reason });
        connections.delete(peer.id);
      },
      // What a peer does wrong ends its socket; `close` follows.
      error: (peer, { message }) =>
        ended(`a connection of ${peer.remoteAddress ?? 'nobody known'} is closed: ${message}`),
    },
  });
};

const listening = (server: Server, port: number, host: string): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });

/**
 * Serves the notes on the runs of a log to those who have a token.
 *
 * @throws Error with a `code` when the port cannot be had.
 */
export const startSyncServer = async (options: SyncServerOptions): Promise<SyncServer> => {
  const { host = '127.0.0.1', port, tls, secret, now, bundleOf, say } = options;
  const limits: Limits = { ...usualLimits, ...options.limits };
  const service = notesService({ ...options, limits });

  const sendRun = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const run = decodeURIComponent((request.url ?? '').slice(runPath.length));
    try {
      await invitationIn(bearerOf(request), { secret, run, now: now() });
    } catch (error) {
      plain(response, 401, (error as Error).message);
      return;
    }
    const bundle = await bundleOf?.(run);
    if (bundle == null) {
      plain(response, 404, `this server has notes on run ${run}, but not the run`);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    await pipeline(Readable.from(bundle), response);
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === 'GET' && request.url?.startsWith(runPath)) {
      sendRun(request, response).catch((error) => {
        trouble(String((error as Error).message));
        response.destroy();
      });
      return;
    }
    plain(response, request.url === '/' ? 200 : 404, 'custody serve: join with custody join');
  };

  const trouble = (reason: string): void => say({ at: now().toISOString(), what: 'trouble', reason });
  const sockets = socketsFor(service as Hocuspocus<never>, limits, trouble);
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  server.on('upgrade', (request, socket, head) => void sockets.handleUpgrade(request, socket, head));
  const { port: bound } = await listening(server, port, host);
  const shownHost = host.includes(':') ? `[${host}]` : host;

  return {
    url: `${tls === undefined ? 'ws' : 'wss'}://${shownHost}:${bound}`,
    [Symbol.asyncDispose]: async () => {
      service.closeConnections();
      sockets.closeAll(1001, 'the server stops', true);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.hooks('onDestroy', { instance: service });
    },
  };
};
