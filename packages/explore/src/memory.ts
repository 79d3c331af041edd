/** The bytes that a search's tables take, and how many they may. Counts typed arrays only: all else is small. */
export class Memory {
  /** The most that were taken at one time. */
  peak = 0;
  private bytes = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /**
   * @returns what `make` made of so many bytes, or null where the bound, or the machine, has no room for it. Allocates
   * nothing then, so that a search can stop and still say what it found.
   */
  take<Table>(bytes: number, make: () => Table): Table | null {
    if (this.bytes + bytes > this.most) return null;
    try {
      const table = make();
      this.count(bytes);
      return table;
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /** Counts bytes that there must be, whatever the bound. */
  count(bytes: number): void {
    this.bytes += bytes;
    this.peak = Math.max(this.peak, this.bytes);
  }

  /** Nobody looks at these bytes any more. */
  giveBack(bytes: number): void {
    this.bytes -= bytes;
  }
}
