/** Explores a scenario under a variant once, as the JSON in the first argument says, and prints a `ProductRun`. */
import { allReductions, explore, noReduction } from '@custody/explore';
import { modelOf, scale, scenarios, variants } from '@custody/ownership';
import type { ProductRequest, ProductRun } from './product-run.ts';

const {
  variant: variantId,
  scenario: scenarioId,
  devices,
  claimers,
  isReduced,
} = JSON.parse(process.argv[2] ?? '') as ProductRequest;

const named = <Item extends { readonly id: string }>(items: readonly Item[], id: string, what: string): Item => {
  const found = items.find((item) => item.id === id);
  if (found === undefined) {
    throw new Error(`Cannot explore the ${what} "${id}" as there is none: ${items.map((item) => item.id).join(', ')}`);
  }
  return found;
};

const size = { ...(devices !== null && { devices }), ...(claimers !== null && { claimers }) };
const scenario = scale(named(scenarios, scenarioId, 'scenario'), size);
const model = modelOf(named(variants, variantId, 'variant'), scenario);
const began = performance.now();
const report = explore(model, model.properties, {
  maxStates: 2 ** 29,
  reduction: isReduced ? allReductions : noReduction,
});
const run: ProductRun = {
  states: report.states,
  transitions: report.transitions,
  complete: report.complete,
  depth: report.depth,
  violated: [...report.witnesses.keys()].sort(),
  reduction: report.reduction,
  bytesPerState: report.bytesPerState,
  seconds: (performance.now() - began) / 1000,
  residentBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(run)}\n`);
