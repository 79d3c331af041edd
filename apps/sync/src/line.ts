import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as Y from 'yjs';

/** What one hears on a line. */
export interface LineEars {
  /** The token was taken. */
  readonly open: () => void;
  /** Both sides have the same: from here on one can send. */
  readonly ready: () => void;
  readonly turnedAway: (reason: string) => void;
  readonly told: (payload: string) => void;
  readonly present: (states: ReadonlyMap<number, Readonly<Record<string, unknown>>>) => void;
  /** It was open, and is cut; it does not come back: open another. */
  readonly cut: () => void;
}

/** One connection to a server. It tries until it is open; once cut, it is over. */
export interface Line {
  readonly isReady: () => boolean;
  readonly send: (update: Uint8Array) => void;
  /** What the server has stored: it need not be sent, and what is sent may build on it. */
  readonly learn: (updates: readonly Uint8Array[]) => void;
  readonly say: (payload: string) => void;
  readonly show: (state: Readonly<Record<string, unknown>>) => void;
  readonly close: () => void;
}

export interface LineOptions {
  readonly url: string;
  readonly token: string;
  readonly run: string;
  /** What the server is known to have, as an update. */
  readonly known: Uint8Array;
  /** Milliseconds between attempts at first. */
  readonly patience: number;
}

export const openLine = ({ url, token, run, known, patience }: LineOptions, ears: LineEars): Line => {
  const document = new Y.Doc();
  Y.applyUpdate(document, known);
  const socket = new HocuspocusProviderWebsocket({
    url,
    delay: patience,
    minDelay: patience,
    maxDelay: 20 * patience,
    autoConnect: false,
  });
  let wasOpen = false;
  let isOver = false;
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: run,
    document,
    token,
    onAuthenticated: () => {
      wasOpen = true;
      ears.open();
    },
    onAuthenticationFailed: ({ reason }) => ears.turnedAway(reason),
    onSynced: () => ears.ready(),
    onStateless: ({ payload }) => ears.told(payload),
    onAwarenessChange: () => {
      const states = new Map(provider.awareness?.getStates());
      states.delete(document.clientID);
      if (!isOver) ears.present(states);
    },
    onDisconnect: () => {
      if (!wasOpen || isOver) return;
      close();
      ears.cut();
    },
  });
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    provider.destroy();
    socket.destroy();
    document.destroy();
  };
  provider.attach();
  void socket.connect();
  return {
    isReady: () => provider.isAuthenticated && provider.isSynced && socket.webSocket?.readyState === WebSocket.OPEN,
    send: (update) => Y.applyUpdate(document, update, 'here'),
    learn: (updates) =>
      document.transact(() => {
        for (const update of updates) Y.applyUpdate(document, update, provider);
      }, provider),
    say: (payload) => provider.sendStateless(payload),
    show: (state) => {
      for (const [field, value] of Object.entries(state)) provider.setAwarenessField(field, value);
    },
    close,
  };
};
