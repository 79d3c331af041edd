import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestError } from '../guest-error.ts';
import { compileInit, tscKilohertz } from '../image/compile-init.ts';
import { buildImage } from '../image/image.ts';
import type { MissingModule } from '../image/modules.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { devicePlaces, type GroupPlan } from '../machine/topology-text.ts';
import { probeCandidates, probesFile } from '../probes/candidates.ts';
import { builtInScenarios } from '../scenario/built-in.ts';
import { parseScenario } from '../scenario/parse.ts';
import { scenarioFile } from '../scenario/scenario.ts';

export interface ImageRequest {
  readonly kernel: Kernel;
  /** Of the language of `parseScenario`. */
  readonly scenario: string;
  readonly groups: readonly GroupPlan[];
  /** KB of ring for each CPU. */
  readonly bufferKb: number;
  /** tracefs `trace_clock`. */
  readonly clock: string;
  /** A C compiler. */
  readonly compiler: string;
  /** Where the guest's program is kept once it is compiled. */
  readonly cache: string;
  readonly scratch: string;
}

/** The text of a scenario that comes with Custody; undefined when there is none of that name. */
export const builtInScenario = (id: string): string | undefined =>
  builtInScenarios.find((scenario) => scenario.id === id)?.text;

/** Without these there is no way to the host, or nobody to claim a group. */
const needed: ReadonlySet<string> = new Set(['virtio_pci', 'virtio_console', 'vfio_pci', 'vfio_iommu_type1']);

const assertModules = (missing: readonly MissingModule[], { name, modules }: Kernel): void => {
  const lacking = missing.filter(({ module }) => needed.has(module));
  const [first] = lacking;
  if (first === undefined) return;
  throw new GuestError(
    `Cannot record ${name} as it lacks ${lacking.map(({ module }) => module).join(', ')}: ${first.why} (${modules}); ` +
      'configure it with VFIO_PCI, VFIO_IOMMU_TYPE1, VIRTIO_PCI and VIRTIO_CONSOLE, and install its modules',
  );
};

/** The parts of an image say themselves what they cannot do; files and folders do not. */
const problemWith = (path: string, cause: unknown): GuestError => {
  if (cause instanceof GuestError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  return new GuestError(code === undefined ? message : `Cannot make the guest’s image ${path}: ${message}`, { cause });
};

/**
 * Writes a guest's initramfs.
 *
 * @returns its path, the modules that the kernel lacks and that one can do without, and what the guest is to be told of
 *   the speed of its clock.
 * @throws GuestError when it cannot be made.
 */
export const makeImage = async (
  request: ImageRequest,
): Promise<{
  readonly path: string;
  readonly missing: readonly MissingModule[];
  readonly tscKilohertz: number | null;
}> => {
  const { kernel, groups, scenario, bufferKb, clock, compiler, cache, scratch } = request;
  const places = devicePlaces(groups);
  const path = join(scratch, 'image.gz');
  try {
    const init = await compileInit({ cc: compiler, cacheDir: cache });
    const { bytes, missing } = await buildImage({
      kernelModules: { root: kernel.modules, release: kernel.release },
      init,
      probes: probesFile(probeCandidates(kernel.release)),
      scenario: scenarioFile(parseScenario(scenario, Object.keys(places))),
      config: {
        bufferkb: String(bufferKb),
        clock,
        ...Object.fromEntries(Object.entries(places).map(([name, place]) => [`device.${name}`, place])),
      },
    });
    assertModules(missing, kernel);
    await writeFile(path, bytes);
    return {
      path,
      missing: missing.filter(({ module }) => !needed.has(module)),
      tscKilohertz: await tscKilohertz(init),
    };
  } catch (cause) {
    throw problemWith(path, cause);
  }
};
