import type { Ample } from './ample.ts';
import { drive } from './drive.ts';
import type { Model } from './model.ts';
import { isWitness, type Property } from './property.ts';
import { pct } from './schedulers/pct.ts';
import { random } from './schedulers/random.ts';

/** After so many runs that taught nothing new, little is left to learn. */
const idleRuns = 30;
/** Enough for a run through every script we have; a loop without end must not hold it up. */
const longest = 500;
const mostSteps = 10_000;

/**
 * Makes some runs, so that what the tasks do, and what the properties look at, is known before a search builds on it:
 * by dice, and with one task far ahead of the others. The seeds are always the same ones, and so is what is learned.
 */
export const scout = (model: Model, properties: readonly Property[]): void => {
  let known = model.behaviour?.();
  let steps = 0;
  for (let seed = 1, idle = 0; steps < mostSteps && idle < idleRuns; seed += 1) {
    const scheduler = seed % 3 === 0 ? random(seed) : pct({ seed, depth: 1 + (seed % 4), steps: 64 });
    drive(model, scheduler, {
      maxSteps: longest,
      onStep: (_action, states, at) => {
        steps += 1;
        for (const property of properties) isWitness(property, states, at);
      },
    });
    const now = model.behaviour?.();
    idle = now === known ? idle + 1 : 0;
    known = now;
  }
};

const tried = 12;

/** In what share of the states of some runs a task may move alone, by `ample`: what there is to gain. */
export const gainOf = (model: Model, ample: Ample): number => {
  let [states, alone] = [0, 0];
  for (let seed = 1; seed <= tried; seed += 1) {
    drive(model, random(seed), {
      maxSteps: longest,
      onStep: (_action, row, at) => {
        states += 1;
        if (ample.pick(row, at, 0) >= 0) alone += 1;
      },
    });
  }
  return states === 0 ? 0 : alone / states;
};
