/** Column of the largest value of each row, the first of equal ones. */
export function largestOfEachRow(values: ArrayLike<number>, cols: number): Int32Array {
  return Int32Array.from({ length: values.length / cols }, (_, row) => {
    let largest = 0;
    for (let col = 1; col < cols; col++)
      if (values[row * cols + col]! > values[row * cols + largest]!) largest = col;
    return largest;
  });
}

/** How often each label 0 .. groups - 1 occurs. */
export function countLabels(labels: Int32Array, groups: number): Float64Array {
  const counts = new Float64Array(groups);
  for (const label of labels) counts[label]!++;
  return counts;
}
