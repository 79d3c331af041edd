/** @returns `bigger`, beginning with what `old` holds. */
export const grown = <Row extends Int32Array | Uint16Array | Uint8Array>(bigger: Row, old: Row): Row => {
  bigger.set(old);
  return bigger;
};
