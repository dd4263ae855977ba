/** Whether two labellings part the rows in the same way, whatever numbers they give the parts. */
export function sameClustering(a: Int32Array, b: Int32Array): boolean {
  const toB = new Map<number, number>();
  const toA = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const known = toB.get(a[i]!);
    if (known === undefined) {
      // Another part of `a` may have this part of `b` already.
      if (toA.has(b[i]!)) return false;
      toB.set(a[i]!, b[i]!);
      toA.set(b[i]!, a[i]!);
    } else if (known !== b[i]) return false;
  }
  return true;
}
