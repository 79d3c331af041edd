/** Thrown at Hocuspocus in a hook, to close the connection with this code and reason. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
    this.reason = reason;
  }
}
