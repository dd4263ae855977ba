import type { Random } from '../../random.js';
import { type Matrix64, zeros } from '../matrix.js';
import { connectedComponents } from './connected-components.js';
import { largestEigenvectors } from './largest-eigenvectors.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

/**
 * Places the nodes of a graph by the smoothest functions on it: the eigenvectors x of the smallest eigenvalues of the
 * normalised Laplacian I - D^-½ A D^-½, as D^-½ x (Shi & Malik, "Normalized cuts and image segmentation", 2000).
 *
 * The eigenvalue 0 has an eigenvector for each connected component; these are known without a search. When there are
 * more of them than asked for, those of the heaviest components count. A node without edges stands at the origin.
 *
 * @param affinity symmetric, not negative, 0 on the diagonal; scaled to D^-½ A D^-½
 * @returns `[affinity.size, nComponents]`
 */
export function spectralEmbedding(affinity: SymmetricMatrix, nComponents: number, random: Random): Matrix64 {
  const { size } = affinity;
  const components = connectedComponents(affinity);
  const degrees = affinity.rowSums();
  const inverseRoots = degrees.map(degree => (degree > 0 ? 1 / Math.sqrt(degree) : 1));
  affinity.scale(inverseRoots);

  const weights = components.map(nodes => nodes.reduce((sum, node) => sum + degrees[node]!, 0));
  const heaviest = [...components.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
  const known = new Float64Array(Math.min(nComponents, heaviest.length) * size);
  for (let i = 0; i * size < known.length; i++) {
    const component = heaviest[i]!;
    for (const node of components[component]!)
      known[i * size + node] = Math.sqrt(degrees[node]! / weights[component]!);
  }
  const support = new Uint8Array(size);
  for (const nodes of components) for (const node of nodes) support[node] = 1;
  const count = nComponents - known.length / size;
  const found = largestEigenvectors(affinity, { count, known, support, random });

  // Nodes without edges have the eigenvalue 0, so what comes below it comes after them.
  const isolated = support.includes(0);
  const embedding = zeros(size, nComponents);
  const place = (vectors: Float64Array, first: number, used: (i: number) => boolean) => {
    for (let i = 0; i * size < vectors.length; i++) {
      if (!used(i)) continue;
      for (let node = 0; node < size; node++)
        embedding.data[node * nComponents + first + i] = vectors[i * size + node]! * inverseRoots[node]!;
    }
  };
  place(known, 0, () => true);
  place(found.vectors, known.length / size, i => !isolated || found.values[i]! > 0);
  return embedding;
}
