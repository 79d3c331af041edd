import { createHash } from 'node:crypto';
import type { TraceEvent } from '@custody/trace';
import { type Exported, factProblem, writeFtrace } from '@custody/trace-export';
import { type Parcel, RequestError } from '@custody/workbench';

/** What is told of a run that was written for other tools, at its end. */
interface Written {
  readonly bytes: number;
  /** SHA-256 of the events that were read, each as its line of JSON and a newline. */
  readonly digest: string;
}

type Packed = Parcel & { readonly about: Exported };

/** The parcel's events; each is counted in `digest`. @throws RequestError at one that this version does not know. */
async function* eventsOf({ about, read }: Packed, digest: ReturnType<typeof createHash>) {
  let at = 0;
  for await (const { of, items } of read()) {
    if (of !== 'events') return;
    for (const { type, data } of items) {
      const problem = factProblem(type, data as Readonly<Record<string, unknown>>);
      if (problem !== undefined) {
        throw new RequestError(
          `Cannot export event ${at} of "${about.header.title}": ${problem}; it was made by a newer custody, use that one, ` +
            'or export it with --as ndjson',
        );
      }
      at += 1;
    }
    digest.update(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    yield items as unknown as readonly TraceEvent[];
  }
}

async function* written(
  parcel: Packed,
  write: (run: Exported, read: () => AsyncIterable<readonly TraceEvent[]>) => AsyncIterable<string | Uint8Array>,
): AsyncGenerator<Uint8Array, Written> {
  const { header, end } = parcel.about;
  let digest = createHash('sha256');
  const read = () => {
    digest = createHash('sha256');
    return eventsOf(parcel, digest);
  };
  let bytes = 0;
  for await (const piece of write({ header, end }, read)) {
    const out = typeof piece === 'string' ? Buffer.from(piece) : piece;
    bytes += out.length;
    yield out;
  }
  return { bytes, digest: digest.digest('hex') };
}

/** The run as text in the shape of a trace, without its notes. @throws what reading it throws. */
export const ftraceOf = (parcel: Packed) => written(parcel, writeFtrace);

/** The run for ui.perfetto.dev, without its notes. @throws what reading it throws. */
export async function* perfettoOf(parcel: Packed): ReturnType<typeof ftraceOf> {
  // Only who asks for it waits for what writes protobuf.
  const { writePerfetto } = await import('@custody/trace-export/perfetto');
  return yield* written(parcel, writePerfetto);
}
