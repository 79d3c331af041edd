/** The benchmarks' model, whose published figures are the independent check on the explorer. */
export { referenceModel } from '../../../tools/bench/src/reference-model.ts';
