import { Ample, explore } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { everyState, faultsOf } from '../../explore/src/commuting.testing.ts';
import { bothStores, eachVariant } from './found.testing.ts';
import { modelOf } from './model-of.ts';
import { scenarios } from './scenarios/index.ts';

const most = 250;

describe.each(eachVariant)('under %s', (_, variant) => {
  it('who may move alone commutes with all that the others do first, and hides nothing', () => {
    let times = 0;
    for (const scenario of scenarios) {
      for (const stores of bothStores) {
        const model = modelOf(variant, scenario, stores);
        if (everyState(model).length > most) continue;
        explore(model, model.properties); // and all there is to know is known
        const ample = new Ample(
          model.behaviour?.() ?? { fields: [], locks: new Set(), tasks: [] },
          model.properties,
          undefined,
        );
        const { faults, alone } = faultsOf(model, model.properties, ample, 4);
        expect(faults, `${scenario.id} ${stores}`).toEqual([]);
        times += alone;
      }
    }
    expect(times).toBeGreaterThan(0);
  });
});
