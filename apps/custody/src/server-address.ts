import { InvalidArgumentError } from 'commander';

/** Where a server listens, or is found. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export const usualPort = 4410;

/** `127.0.0.1:4410`, `:4410`, `4410`, `[::1]:4410`; 0 is any port that is free. */
export const listenAddress = (text: string): ServerAddress => {
  const [, host, port] = /^(?:(\[[0-9a-fA-F:]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError('It must be an address and a port, such as 127.0.0.1:4410.');
  }
  return { host: (host ?? '').replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(port) };
};

/** `ws://` and `wss://`, also when they were written as `http://` and `https://`; a bare `host:port` is not encrypted. */
export const serverUrl = (text: string): string => {
  const address = /^[a-z]+:\/\//.test(text) ? text : `ws://${text}`;
  try {
    const url = new URL(address.replace(/^http/, 'ws'));
    if (url.protocol === 'ws:' || url.protocol === 'wss:') return url.href.replace(/\/$/, '');
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('It must be the address that custody serve prints, such as ws://127.0.0.1:4410.');
};

export const isLoopback = (host: string): boolean => host === '::1' || host === 'localhost' || host.startsWith('127.');
