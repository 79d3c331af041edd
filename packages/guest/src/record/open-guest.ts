import { join } from 'node:path';
import { GuestError } from '../guest-error.ts';
import { bootableKernel } from '../image/unpacked-kernel.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { type ArmedGuest, bootGuest, restoreMachine, saveMachine } from '../machine/boot.ts';
import type { ProbeVerdict, Watch } from '../machine/guest.ts';
import { acceleratorChoice } from '../machine/kvm.ts';
import { type Accelerator, qemuArguments } from '../machine/qemu-arguments.ts';
import { parseTopologyText } from '../machine/topology-text.ts';
import { type RunningScenario, runScenario, type ScenarioRun } from './run-scenario.ts';

export interface MachineChoice {
  readonly qemu: string;
  readonly accelerator: Accelerator | 'auto';
  readonly cpus: number;
  readonly megabytes: number;
  /** How long a guest has to become ready, in seconds. */
  readonly patience: number;
}

export interface GuestRequest {
  readonly kernel: Kernel;
  readonly topology: { readonly file: string; readonly text: string };
  /** Path of the initramfs. */
  readonly image: string;
  readonly tscKilohertz: number | null;
  readonly machine: MachineChoice;
  /** Where it is remembered whether KVM boots a kernel. */
  readonly cache: string;
  /** A folder that is removed afterwards. */
  readonly scratch: string;
}

/** A guest with all its probes set. Disposing ends it. */
export interface OpenGuest extends AsyncDisposable {
  /** The contents of its topology.json. */
  readonly topology: string;
  readonly probes: readonly ProbeVerdict[];
  /** What it complained of on its way. */
  readonly remarks: readonly string[];
  readonly accelerator: Accelerator;
  /** The words after `qemu-system-x86_64`. */
  readonly words: readonly string[];
  readonly bootSeconds: number;
  /** Saves it as it is now, so that each later `run` begins here. @throws GuestError. */
  readonly save: () => Promise<void>;
  /** Runs its scenario: once, or as often as one likes when it was saved. @throws GuestError. */
  readonly run: (run: ScenarioRun) => Promise<RunningScenario>;
}

/** What the guest says when there is nothing that it could do. */
const cannotPlay = /^Cannot play the scenario|^This kernel made no IOMMU groups/;

const assertRelease = ({ guest }: ArmedGuest, { name, release }: Kernel): void => {
  const said = guest.said('hello')?.release;
  if (said !== release) {
    throw new GuestError(`Cannot record ${name}: it says that it is ${said}, and its image says ${release}`);
  }
};

/** Without a single probe there is nothing to record but what the guest says of itself. */
const assertProbes = ({ guest: { probes, remarks } }: ArmedGuest, { name }: Kernel): void => {
  if (probes.some(({ outcome }) => outcome === 'ok')) return;
  throw new GuestError(
    `Cannot record ${name}: of ${probes.length} probes it took none (${remarks.join('; ') || 'it does not say why'}); ` +
      'it needs KPROBE_EVENTS or FPROBE_EVENTS, and must not be locked down',
  );
};

const unpackedInto = (cache: string, kernel: Kernel): string => {
  try {
    return bootableKernel(kernel, cache);
  } catch (cause) {
    throw new GuestError(`Cannot unpack ${kernel.name} into ${cache}: ${(cause as Error).message}`, { cause });
  }
};

/** Boots a guest until it is armed. @throws GuestError. */
export const openGuest = async (request: GuestRequest, watch: Watch): Promise<OpenGuest> => {
  const { kernel, topology, machine, image, tscKilohertz, cache, scratch } = request;
  const { qemu, cpus, megabytes, patience } = machine;
  const groups = parseTopologyText(topology.text, topology.file);
  const accelerators = await acceleratorChoice(machine.accelerator, cache, kernel.release);
  const armed = await bootGuest(
    {
      name: kernel.name,
      qemu,
      patience,
      accelerators,
      plan: { kernel: unpackedInto(cache, kernel), image, groups, cpus, megabytes, tscKilohertz },
    },
    watch,
  );
  const { guest, plan, bootSeconds } = armed;
  try {
    assertRelease(armed, kernel);
    const told = guest.text('topology.json');
    if (told === undefined) throw new GuestError(`Cannot record ${kernel.name}: the guest sent no topology.json`);
    if (guest.remarks.some((remark) => cannotPlay.test(remark))) {
      throw new GuestError(`Cannot record ${kernel.name}: ${guest.remarks.join('; ')}`);
    }
    assertProbes(armed, kernel);
    let saved: string | null = null;
    let running = guest.machine;
    return {
      topology: told,
      probes: guest.probes,
      remarks: [...guest.remarks],
      accelerator: plan.accelerator,
      words: qemuArguments(plan),
      bootSeconds,
      save: async () => {
        const file = join(scratch, 'machine');
        await saveMachine(armed, file);
        saved = file;
      },
      run: async (run) => {
        const current = saved === null ? guest : await restoreMachine({ qemu, plan }, saved, watch);
        running = current.machine;
        return runScenario(current, run);
      },
      [Symbol.asyncDispose]: () => running.end(),
    };
  } catch (error) {
    await guest.machine.end();
    throw error;
  }
};
