/** How much of everything a server takes; beyond it a connection is closed and the others go on. */
export interface Limits {
  /** Bytes of one message. */
  readonly messageBytes: number;
  /** Messages and kilobytes that one name may send in one go, and again each second. */
  readonly burst: number;
  readonly perSecond: number;
  /** Connections of one name. */
  readonly connectionsPerName: number;
  /** Sockets in all, those that have not shown a token yet among them. */
  readonly sockets: number;
  /** Milliseconds in which a new socket must show a token, and after which a silent one is closed. */
  readonly silence: number;
}

export const usualLimits: Limits = {
  messageBytes: 1_048_576,
  burst: 4000,
  perSecond: 400,
  connectionsPerName: 16,
  sockets: 1000,
  silence: 60_000,
};

/** What a message costs: one, and one more for each kilobyte. */
export const costOf = (bytes: number): number => 1 + bytes / 1024;
