import { follow, parseSchedule } from '@custody/explore';
import { HybridError, hybridOf, simulate, type Variant, variants } from '@custody/ownership';
import type { RunSource } from '@custody/trace';
import { RequestError } from './errors.ts';
import { type ExperimentRequest, experimentOf } from './experiment.ts';
import type { About, Parcel } from './parcel.ts';
import type { Ports } from './ports.ts';
import { simulationId } from './record-simulation.ts';

export type SimulationSource = Extract<RunSource, { readonly kind: 'simulation' }>;

/**
 * What is known of whether a run's events are what its id says, beside that they are as they were sent.
 *
 * - `made again`: it is a simulation, and its schedule gives these very events here too.
 * - `not checked`: its id is a digest of a trace's text, which is not sent along; or it is a simulation that this
 *   version would not make, or make under another id.
 */
export type Origin = 'made again' | 'not checked';

const variantOf = ({ variant, knobs }: SimulationSource): string | Variant =>
  knobs === undefined ? variant : hybridOf({ id: variant, extends: variants[0]?.id, knobs }, variant);

/** What a simulated run was made from. @throws HybridError when its own variant means nothing here. */
export const requestOf = (source: SimulationSource): ExperimentRequest => {
  const { scenario, devices, claimers, stores } = source;
  const size = { ...(devices !== undefined && { devices }), ...(claimers !== undefined && { claimers }) };
  return { variant: variantOf(source), scenario, ...size, ...(stores && { stores }) };
};

/** The events of the schedule, or undefined where this version knows no such variant, scenario, size or schedule. */
const madeAgain = (source: SimulationSource, events: number): readonly unknown[] | undefined => {
  try {
    const experiment = experimentOf(requestOf(source));
    const schedule = parseSchedule(source.schedule);
    // A few letters can be a long schedule; each step tells at least that it was taken.
    if (schedule.length > events) return;
    const made = simulate(experiment.variant, experiment.scenario, follow(schedule), {
      stores: experiment.stores,
      maxSteps: schedule.length,
    });
    return made.events;
  } catch (error) {
    const isUnknown = [RequestError, HybridError, RangeError, SyntaxError].some((kind) => error instanceof kind);
    if (isUnknown) return;
    throw error;
  }
};

/**
 * Looks whether the events are what the id says, as far as that can be told.
 *
 * @throws RequestError when they are not: the id is that of a simulation, and the simulation has other events.
 */
export const originOf = async (ports: Ports, parcel: Parcel, { header, end }: About): Promise<Origin> => {
  const { source, run, title } = header;
  if (source.kind === 'recording' || end === null || simulationId(ports, source) !== run) return 'not checked';
  const made = madeAgain(source, parcel.events.count);
  if (made === undefined) return 'not checked';
  const differs = (at: number) =>
    new RequestError(
      `Cannot take in "${title}": its id is that of ${source.variant} in ${source.scenario} under a schedule which ` +
        `gives other events here, from event ${at} on; it was forged, or made by another version: simulate it yourself`,
    );
  let at = 0;
  for await (const { of, items } of parcel.read()) {
    if (of === 'notes') break;
    for (const event of items) {
      if (JSON.stringify(event) !== JSON.stringify(made[at])) throw differs(at);
      at += 1;
    }
  }
  if (at !== made.length) throw differs(at);
  return 'made again';
};
