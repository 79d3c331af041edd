import type { Reduction } from '@custody/explore';
import { inItsOwnProcess } from './own-process.ts';

/** What `product-once.ts` is told. */
export interface ProductRequest {
  readonly variant: string;
  readonly scenario: string;
  /** Null: the scenario's usual size. */
  readonly devices: number | null;
  readonly claimers: number | null;
  readonly isReduced: boolean;
}

/** What one search of the product's own model found, all its properties watched, and what it took. */
export interface ProductRun {
  readonly states: number;
  readonly transitions: number;
  readonly complete: boolean;
  readonly depth: number;
  readonly violated: readonly string[];
  readonly reduction: Reduction;
  readonly bytesPerState: number;
  readonly seconds: number;
  readonly residentBytes: number;
}

export const runProduct = (request: ProductRequest): ProductRun => inItsOwnProcess('product-once.ts', request);
