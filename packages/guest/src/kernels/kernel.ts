/** A kernel that can be booted. */
export interface Kernel {
  /** As it was asked for: `6.1`, or the path of a bzImage. */
  readonly name: string;
  /** What `uname -r` says. */
  readonly release: string;
  /** Path of the bzImage. */
  readonly image: string;
  /** SHA-256 of the bzImage, in hex. */
  readonly sha256: string;
  /** Path of its `lib/modules/RELEASE`. */
  readonly modules: string;
  /** The Debian package that it is from, and its version. */
  readonly package?: string;
  readonly version?: string;
}
