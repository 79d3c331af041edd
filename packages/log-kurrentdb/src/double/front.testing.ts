import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP port that passes everything on, and whose connections can be cut at any moment. */
export interface Front {
  readonly port: number;
  /** Cuts every connection now, without a word. */
  drop(): void;
  /** Cuts every connection once so many more bytes have come from clients; the last of them are still passed on. */
  dropAfter(bytes: number): void;
  close(): Promise<void>;
}

/** Listens on `port` (0: any that is free) of the loopback, for a server at `target` of it. */
export const openFront = async (target: number, port: number): Promise<Front> => {
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;

  const drop = () => {
    left = Number.POSITIVE_INFINITY;
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer({ noDelay: true }, (client) => {
    const inner = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [client, inner],
      [inner, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    inner.pipe(client);
    client.on('data', (bytes) => {
      const passed = Math.min(bytes.length, left);
      left -= passed;
      inner.write(bytes.subarray(0, passed), () => {
        if (left <= 0) drop();
      });
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    drop,
    dropAfter: (bytes) => {
      left = bytes;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
  };
};
