import { drive } from './drive.ts';
import type { Model } from './model.ts';
import { isWitness, type Property } from './property.ts';
import { random } from './schedulers/random.ts';

const runs = 48;
/** Enough for a run through every script we have; a loop without end must not hold it up. */
const longest = 2000;

/**
 * Makes some runs, so that what the tasks do, and what the properties look at, is known before a search builds on it.
 * The seeds are always the same ones, and so is what is learned.
 */
export const scout = (model: Model, properties: readonly Property[]): void => {
  for (let seed = 1; seed <= runs; seed += 1) {
    drive(model, random(seed), {
      maxSteps: longest,
      onStep: (_action, states, at) => {
        for (const property of properties) isWitness(property, states, at);
      },
    });
  }
};
