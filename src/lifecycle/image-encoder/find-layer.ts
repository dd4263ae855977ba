import { PlantsenseError } from '../../errors.js';

/** Names that a person may have meant. */
const SUGGESTIONS = 8;

/**
 * The layer of that name.
 * @param where names the network in the error
 * @throws PlantsenseError PARAMETER_INVALID, which lists names that are near
 */
export function findLayer<T extends { readonly name: string }>(
  layers: readonly T[],
  name: string,
  where: string,
): T {
  const found = layers.find(layer => layer.name === name);
  if (found) return found;
  const near = layers
    .map(layer => ({ name: layer.name, distance: editDistance(layer.name, name) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS)
    .map(layer => layer.name);
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `${where} has no layer ${name}. Near are ${near.join(', ')}; its last is ${layers.at(-1)?.name}.`,
  );
}

/** Letters to insert, remove or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
  }
  return row[b.length]!;
}
