/** A sum of decimals without floating-point errors: 0.3, not 0.30000000000000004. */
export function withoutNoise(number: number): number {
  return Number(number.toPrecision(15));
}
