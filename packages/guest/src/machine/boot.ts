import { setTimeout as pause } from 'node:timers/promises';
import { GuestError } from '../guest-error.ts';
import { Guest, type Watch } from './guest.ts';
import { startMachine } from './machine.ts';
import { type Accelerator, type MachinePlan, qemuArguments, shellWord } from './qemu-arguments.ts';

/** A machine that is to boot a kernel. */
export interface BootRequest {
  /** What to call the kernel in messages. */
  readonly name: string;
  readonly qemu: string;
  readonly plan: Omit<MachinePlan, 'accelerator'>;
  /** How long a guest has to become ready, in seconds. */
  readonly patience: number;
  readonly accelerators: AcceleratorChoice;
}

/** Which accelerator; what was learned of KVM on this machine with this kernel. */
export interface AcceleratorChoice {
  readonly asked: Accelerator | 'auto';
  /** There is a /dev/kvm that we may open. */
  readonly hasKvm: boolean;
  readonly recall: () => Promise<boolean | undefined>;
  readonly remember: (boots: boolean) => Promise<void>;
}

/** A guest that waits for `go`. */
export interface ArmedGuest {
  readonly guest: Guest;
  readonly plan: MachinePlan;
  /** From the start of QEMU, in seconds. */
  readonly bootSeconds: number;
}

/** KVM boots a kernel at once, or, in a machine that only seems to have it, never. */
const kvmPatience = 25;

/** Thrown when a boot failed that might not fail again. */
class BootError extends GuestError {
  readonly why: string;

  constructor(what: string, why: string, lastWords: readonly string[]) {
    const words = lastWords.map((line) => `\n  ${line}`);
    const tail = words.length === 0 ? '; its console said nothing' : `; its console ends with:${words.join('')}`;
    super(`Cannot ${what}: ${why}${tail}`);
    this.why = why;
  }
}

const attempt = async (request: BootRequest, accelerator: Accelerator, watch: Watch): Promise<ArmedGuest> => {
  const { name, qemu, patience } = request;
  const plan = { ...request.plan, accelerator };
  const since = performance.now();
  const guest = new Guest(startMachine(qemu, qemuArguments(plan)), watch);
  try {
    await guest.until(['hello'], accelerator === 'kvm' ? Math.min(kvmPatience, patience) : patience);
    const left = patience - (performance.now() - since) / 1000;
    await guest.until(['armed'], Math.max(1, left));
    return { guest, plan, bootSeconds: (performance.now() - since) / 1000 };
  } catch (cause) {
    const lastWords = guest.lastWords();
    await guest.machine.end();
    if (!(cause instanceof GuestError)) throw cause;
    throw new BootError(`${guest.said('hello') === undefined ? 'boot' : 'set up'} ${name}`, cause.message, lastWords);
  }
};

/** As `attempt`, and once more: under load a boot may hang that does not do so again. */
const twice = async (request: BootRequest, watch: Watch): Promise<ArmedGuest> => {
  try {
    return await attempt(request, 'tcg', watch);
  } catch (error) {
    if (!(error instanceof BootError) || watch.signal.aborted) throw error;
    watch.say(`trying once more, as ${error.why}`);
    return attempt(request, 'tcg', watch);
  }
};

/**
 * Boots a guest until it is armed. KVM is taken only where it has booted this kernel before or does so now in good time;
 * what came of that is remembered.
 *
 * @throws GuestError with the end of the console when the guest cannot be had, after a second try.
 */
export const bootGuest = async (request: BootRequest, watch: Watch): Promise<ArmedGuest> => {
  const { asked, hasKvm, recall, remember } = request.accelerators;
  if (asked === 'kvm') return attempt(request, 'kvm', watch);
  if (asked === 'tcg' || !hasKvm) return twice(request, watch);
  const known = await recall();
  if (known === false) return twice(request, watch);
  watch.say('trying KVM');
  try {
    const armed = await attempt(request, 'kvm', watch);
    if (known === undefined) await remember(true);
    return armed;
  } catch (error) {
    if (!(error instanceof BootError) || watch.signal.aborted) throw error;
    watch.say(`KVM does not boot it here, as ${error.why}; trying TCG`);
    const armed = await twice(request, watch);
    await remember(false);
    return armed;
  }
};

/** A whole machine takes less than this to write to a disk or to read, in seconds. */
const snapshotPatience = 120;

const poll = async (done: () => Promise<boolean>, what: string): Promise<void> => {
  const until = performance.now() + snapshotPatience * 1000;
  while (!(await done())) {
    if (performance.now() > until) throw new GuestError(`Cannot ${what}: not done within ${snapshotPatience} s`);
    await pause(50);
  }
};

/** Writes the whole machine to a file, and ends it. @throws GuestError. */
export const saveMachine = async ({ guest }: ArmedGuest, file: string): Promise<void> => {
  const { monitor, end } = guest.machine;
  await monitor.ask('stop');
  await monitor.ask('migrate-set-parameters', { 'max-bandwidth': 2 ** 33 });
  await monitor.ask('migrate', { uri: `exec:cat > ${shellWord(file)}` });
  await poll(async () => {
    const { status, ...more } = (await monitor.ask('query-migrate')) as { readonly status?: string };
    if (status === 'failed') {
      throw new GuestError(`Cannot save the guest to ${file}: ${JSON.stringify(more)}; is there space for it?`);
    }
    return status === 'completed';
  }, `save the guest to ${file}`);
  await end();
};

/** A saved machine that goes on from where it was saved. @throws GuestError. */
export const restoreMachine = async (
  { qemu, plan }: { readonly qemu: string; readonly plan: MachinePlan },
  file: string,
  watch: Watch,
): Promise<Guest> => {
  const machine = startMachine(qemu, qemuArguments(plan, file));
  try {
    await poll(async () => {
      const { status } = (await machine.monitor.ask('query-status')) as { readonly status: string };
      if (status === 'running') return true;
      // It was saved while it was stopped.
      if (status !== 'inmigrate') await machine.monitor.ask('cont');
      return false;
    }, 'restore the guest');
    return new Guest(machine, watch);
  } catch (error) {
    await machine.end();
    throw error;
  }
};
