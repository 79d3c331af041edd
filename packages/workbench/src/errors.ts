/** Thrown when what a person asked for is not there or not clear: the message says what is, and what to do. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError';
}

/** Thrown when another process is writing the same run. */
export class BusyRunError extends RequestError {}

/** Thrown by `findRun` when no run answers to the name; a face may then try it as a file. */
export class UnknownRunError extends RequestError {
  readonly wanted: string;

  constructor(wanted: string, known: readonly string[]) {
    const there = known.length === 0 ? 'the store has no runs; import one first' : `there are: ${known.join(', ')}`;
    super(`Cannot find the run "${wanted}": no id, title or file answers to it; ${there}`);
    this.wanted = wanted;
  }
}
