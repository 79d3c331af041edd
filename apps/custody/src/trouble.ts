import { BundleError } from '@custody/bundle';
import { ThreadError } from '@custody/explore-threads';
import { GuestError } from '@custody/guest';
import { NotAMailError } from '@custody/mbox';
import {
  HybridError,
  MappingError,
  NotATraceError,
  RequestError,
  RevisionConflictError,
  StoreError,
  TopologyError,
} from '@custody/workbench';

/** The message of an error that a person can do something about; undefined for a bug of ours. */
export const problemOf = (error: unknown): string | undefined => {
  const known = [
    RequestError,
    BundleError,
    HybridError,
    NotATraceError,
    NotAMailError,
    MappingError,
    TopologyError,
    StoreError,
    RevisionConflictError,
    SyntaxError,
    RangeError,
    ThreadError,
    GuestError,
  ];
  return known.some((kind) => error instanceof kind) ? (error as Error).message : undefined;
};
