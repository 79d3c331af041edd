import type { LiveTrace } from '@custody/ingest';
import { GuestError } from '../guest-error.ts';
import type { Guest, OpTally } from '../machine/guest.ts';
import { recordingEnd } from './recording-end.ts';
import { TraceStream } from './trace-stream.ts';

/** How long, how often, and with which dice a scenario is run. */
export interface ScenarioRun {
  readonly seed: number;
  readonly seconds?: number | undefined;
  readonly loops?: number | undefined;
}

/** A scenario that runs. */
export interface RunningScenario {
  readonly trace: LiveTrace;
  /** What its threads counted; whole when the trace has ended. */
  readonly tallies: readonly OpTally[];
}

/** How long a guest may say nothing, in seconds: it ends a silent scenario itself after 90; and to switch itself off. */
const patience = { silence: 180, quit: 10 } as const;

const goLine = ({ seed, seconds, loops }: ScenarioRun): string =>
  [
    `go seed=${seed}`,
    ...(seconds === undefined ? [] : [`seconds=${seconds}`]),
    ...(loops === undefined ? [] : [`loops=${loops}`]),
  ].join(' ');

/** Why a scenario did not end by itself; null when it did. */
const outcomeOf = async (guest: Guest, stream: TraceStream): Promise<string | null> => {
  try {
    await guest.until(['done'], patience.silence, () => stream.received);
    return null;
  } catch (error) {
    if (!(error instanceof GuestError)) throw error;
    // After an oops the guest is ended by sysrq, which is an end in good order.
    return guest.said('oops') !== undefined && guest.said('trace-end') !== undefined ? null : error.message;
  }
};

/** Ends a guest that has nothing more to say. */
const letGo = async (guest: Guest): Promise<void> => {
  guest.tell('quit');
  const quiet = AbortSignal.timeout(patience.quit * 1000);
  await Promise.race([
    guest.machine.ended,
    new Promise((resolve) => quiet.addEventListener('abort', resolve, { once: true })),
  ]);
  await guest.machine.end();
};

/**
 * Has an armed guest run its scenario once; when its trace has ended, so has the guest.
 */
export const runScenario = (guest: Guest, run: ScenarioRun): RunningScenario => {
  const stream = new TraceStream(guest.machine.trace);
  guest.tell(goLine(run));
  const over = (async () => {
    const broken = await outcomeOf(guest, stream);
    const sent = guest.said('trace-end')?.bytes ?? null;
    if (sent === null || broken !== null) {
      await guest.machine.end();
      stream.close();
    } else {
      await stream.endAt(sent);
    }
    return { broken, sent };
  })();
  const ended: LiveTrace['ended'] = async () => {
    const { broken, sent } = await over;
    await letGo(guest);
    return recordingEnd({
      broken,
      sent,
      received: stream.received,
      oops: guest.said('oops')?.text ?? null,
      profiles: { before: guest.text('kprobe_profile.begin'), after: guest.text('kprobe_profile') },
      stats: guest.text('stats'),
      remarks: guest.remarks,
    });
  };
  return { trace: { pieces: stream.pieces(), ended }, tallies: guest.tallies };
};
