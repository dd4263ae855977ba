import { type GroupNode, nodesOf } from '../../cluster/grouping/group-tree.js';
import { growGroupTree } from '../../cluster/grouping/grow-group-tree.js';
import type { SweepOptions } from '../../cluster/grouping/sweep-options.js';
import { checkMatrix, type Matrix } from '../../cluster/matrix.js';
import { checkCollapse, groupShares } from '../../collapse-guard.js';
import { PlantsenseError } from '../../errors.js';
import { type Artefact, sealArtefact } from '../artefact.js';
import {
  type FitImageOptions,
  type FitImageSettings,
  fitImageSettings,
  type ImageFitProgress,
} from './fit-image-options.js';
import { groupBounds } from './group-bounds.js';
import { type GroupExtents, groupExtents } from './group-extents.js';
import { type HeldOut, holdOut } from './held-out-places.js';
import { arraysOf } from './image-arrays.js';
import { IMAGE_METHOD, type ImageDetails, type ImageSplit } from './image-details.js';
import { fitImageLabels, LABELS_FILE, labelsFile } from './image-labels.js';
import { ImageProjection, type ProjectedRows } from './image-projection.js';
import type { ImageTrainingSet } from './image-training-set.js';
import { type IdentifiedGroup, identifyGroups, type OldGroups } from './match-image-groups.js';
import { SiblingGroups } from './sibling-groups.js';

/** A larger group of the first level is a collapse. */
const MAX_SHARE = 0.98;

/**
 * Groups pictures by their features, to a tree, and makes a model of it that new pictures can be put in: principal
 * components, a sweep and a choice for each level, means and variances of the groups, where they end, and what predicts
 * labels. The same set and options give the same artefact, byte for byte.
 *
 * @param set of more pictures than a few thousand a sample: fits take time with the square of the pictures
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, MODEL_COLLAPSED, MATRIX_INVALID, PARAMETER_INVALID
 */
export async function fitImageModel(
  set: ImageTrainingSet,
  options: FitImageOptions,
  onProgress: (progress: ImageFitProgress) => void | Promise<void> = () => {},
): Promise<Artefact> {
  const settings = fitImageSettings(options);
  const { features } = set;
  checkEnough(set, settings);
  const { components, seed, parent, minGroupOverlap } = settings;
  const projection = ImageProjection.fit(features, components);
  const projected = projection.project(features);
  checkSpread(projected.z);

  const sweep: SweepOptions = {
    algorithms: settings.algorithms,
    kMin: settings.minGroups,
    kMax: Math.min(settings.maxGroups, features.rows - 1),
    randomState: seed,
  };
  const root = await growTree(projected.z, nearLabelNumbers(set, settings), sweep, settings, onProgress);
  const sizes = Float64Array.from(root.children, ({ rows }) => rows.length);
  checkCollapse(groupShares(sizes), sizes.length, MAX_SHARE);

  const cells = [...nodesOf(root)].reduce((sum, node) => sum + node.cells.length, 0);
  const told = { cells, firstLevelCells: root.cells.length };
  await onProgress({ phase: 'validation', ...told });
  const splits = [...nodesOf(root)].filter(({ children }) => children.length > 0);
  const heldOut = holdOut(features, splits, components, sweep, seed);
  const old = parent ? oldGroups(set, settings) : { paths: [], nextIds: {} };
  const { groups, nextIds } = identifyGroups(root, old, minGroupOverlap);

  await onProgress({ phase: 'labels', ...told });
  const found = { projected, root, groups, heldOut };
  const { extents, agreements } = extentsOf(found);
  const paths = pathsOfRows(groups, features.rows);
  const { layer, details: labels } = fitImageLabels(
    { z: projected.z, paths },
    set,
    settings.people,
    settings,
  );
  const data = { rows: features.rows, fromUs: set.fromUs, toUs: set.toUs, seen: [...set.seen] };
  const details: ImageDetails = {
    encoder: set.encoder,
    dimensions: features.cols,
    components: projected.z.cols,
    groups: groups.map(({ path, node }) => ({ path: [...path], rows: node.rows.length })),
    nextIds,
    splits: splitsOf(found, agreements),
    novelty: { quantile: settings.noveltyQuantile, heldOutImages: heldOut.first.labels.length },
    labels,
    fitted: data,
    followed: 0,
    change: 'fit',
  };
  const cell = root.choice!.cell;
  return sealArtefact(
    {
      method: IMAGE_METHOD,
      kind: cell.algorithm,
      sequence: settings.sequence,
      parent: parent?.version ?? null,
      data,
      seed,
      parameters: parametersOf(settings),
      indices: {
        groups: groups.length,
        ...groupShares(sizes),
        silhouette: cell.silhouette,
        entropy: cell.entropy,
        cScore: cell.cScore?.adjusted ?? null,
        stability: root.choice!.front.find(each => each.cell === cell)?.stability ?? null,
        agreement: details.splits[0]!.agreement,
        heldOutAgreement: details.splits[0]!.heldOutAgreement,
        refitAgreement: details.splits[0]!.refitAgreement,
        labelAccuracy: labels.accuracy,
      },
      details,
    },
    arraysOf({ projection, extents, bounds: boundsOf(found, settings.noveltyQuantile) }),
    layer ? new Map([[LABELS_FILE, labelsFile(layer)]]) : new Map(),
  );
}

function checkEnough({ features, ids, nearLabels }: ImageTrainingSet, settings: FitImageSettings): void {
  const needed = Math.max(settings.minImages, 3 * settings.minGroups);
  if (features.rows < needed)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `There are ${features.rows} images to learn from, ${needed} are needed.`,
    );
  checkMatrix(features);
  if (ids.length !== features.rows || nearLabels.length !== features.rows)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${features.rows} rows of features, ${ids.length} ids and ${nearLabels.length} near-labels don't fit one another.`,
    );
}

/** Refuses pictures that are all one: what is fitted to rounding would magnify it. @throws PlantsenseError MODEL_COLLAPSED */
function checkSpread({ data }: Matrix): void {
  if (data.every(value => Math.abs(value) < Number.EPSILON))
    throw new PlantsenseError('MODEL_COLLAPSED', 'The features of all images are the same.');
}

/** Near-labels as numbers, marks in their place where people have set some; null where there are none. */
function nearLabelNumbers(
  { ids, nearLabels }: ImageTrainingSet,
  { people }: FitImageSettings,
): Int32Array | null {
  // An empty one says nothing.
  const labels = ids.map((id, row) => people.marks.get(id) ?? (nearLabels[row] || null));
  const known = [...new Set(labels.filter(label => label !== null))].sort();
  if (known.length === 0) return null;
  return Int32Array.from(labels, label => (label === null ? -1 : known.indexOf(label)));
}

async function growTree(
  z: Matrix,
  nearLabels: Int32Array | null,
  sweep: SweepOptions,
  settings: FitImageSettings,
  onProgress: (progress: ImageFitProgress) => void | Promise<void>,
): Promise<GroupNode> {
  const { rule, subRule, depth, decisions, bounds } = settings;
  const firstLevelCells = sweep.algorithms!.length * (sweep.kMax! - sweep.kMin! + 1);
  const steps = growGroupTree(z, nearLabels, {
    ...{ sweep, rule, maxDepth: depth },
    ...(subRule && { subRule }),
    ...(decisions && { decisions }),
    ...(bounds && { bounds }),
  });
  for (let cells = 0; ; cells++) {
    await onProgress({ phase: 'groups', cells, firstLevelCells });
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Where the parent puts the rows: see `parentGroups` of noise. Of another encoder it knows no place, and its ids are taken. */
function oldGroups({ features, encoder }: ImageTrainingSet, { parent }: FitImageSettings): OldGroups {
  const { nextIds } = parent!.details;
  if (parent!.encoder !== encoder || parent!.dimensions !== features.cols)
    return { paths: [], nextIds: { '': nextIds['']! } };
  const { groups, noveltyScores } = parent!.place(features);
  const novel = noveltyScores.filter(score => score > 1).length;
  const areMostNovel = novel > features.rows / 2;
  const paths = Array.from(groups, (group, row) =>
    noveltyScores[row]! > 1 && !areMostNovel ? [] : parent!.paths[group]!,
  );
  return { paths, nextIds };
}

interface Found {
  readonly projected: ProjectedRows;
  readonly root: GroupNode;
  readonly groups: readonly IdentifiedGroup[];
  readonly heldOut: HeldOut;
}

/** Extents of all groups in their order, and how well they tell the training's pictures apart. */
function extentsOf({ projected, root, groups, heldOut }: Found) {
  const parts: GroupExtents[] = [];
  const agreements = new Map<GroupNode, number>();
  for (const { node: parent } of [{ node: root }, ...groups]) {
    if (parent.children.length === 0) continue;
    const children = groups.filter(({ node }) => parent.children.includes(node)).map(({ node }) => node);
    const labels = new Int32Array(projected.z.rows).fill(-1);
    for (const [label, { rows }] of children.entries()) for (const row of rows) labels[row] = label;
    const extents = groupExtents(projected, labels, children.length);
    parts.push(extents);
    const { boundary, temperature } = heldOut.splits.get(parent)!;
    agreements.set(parent, agreement(new SiblingGroups(extents, boundary, temperature), projected, labels));
  }
  return { extents: joined(parts), agreements };
}

function agreement(siblings: SiblingGroups, { z }: ProjectedRows, labels: Int32Array): number {
  const work = new Float64Array(siblings.size);
  let rows = 0;
  let right = 0;
  labels.forEach((label, row) => {
    if (label < 0) return;
    rows++;
    if (siblings.nearest(z.data, row * z.cols, work) === label) right++;
  });
  return right / rows;
}

/** Siblings stand together, level by level: so do the parts. */
function joined(parts: readonly GroupExtents[]): GroupExtents {
  const total = parts.reduce((sum, { counts }) => sum + counts.length, 0);
  const { cols } = parts[0]!.means;
  const matrix = (of: (part: GroupExtents) => Float64Array) => ({
    data: Float64Array.from(parts.flatMap(part => [...of(part)])),
    rows: total,
    cols,
  });
  return {
    means: matrix(({ means }) => means.data),
    variances: matrix(({ variances }) => variances.data),
    residuals: Float64Array.from(parts.flatMap(({ residuals }) => [...residuals])),
    counts: Float64Array.from(parts.flatMap(({ counts }) => [...counts])),
  };
}

function splitsOf(
  { root, groups, heldOut }: Found,
  agreements: ReadonlyMap<GroupNode, number>,
): ImageSplit[] {
  return [{ path: [] as readonly number[], node: root }, ...groups].flatMap(({ path, node }) => {
    if (!node.choice) return [];
    const { cell, explanation } = node.choice;
    const { boundary, temperature, agreement: heldOutAgreement, refitAgreement } = heldOut.splits.get(node)!;
    return {
      ...{ path: [...path], algorithm: cell.algorithm, k: cell.k, boundary, temperature },
      ...{ agreement: agreements.get(node)!, heldOutAgreement, refitAgreement },
      explanation: [...explanation],
    };
  });
}

/** In the order of the model's groups, by id; that of the tree is by size. */
function boundsOf({ root, groups, heldOut }: Found, q: number): Float64Array {
  const bounds = groupBounds(heldOut.first, root.children.length, q);
  const first = groups.filter(({ path }) => path.length === 1);
  return Float64Array.from(first, ({ node }) => bounds[root.children.indexOf(node)]!);
}

/** Path of each row's deepest group. */
function pathsOfRows(groups: readonly IdentifiedGroup[], rows: number): (readonly number[])[] {
  const paths: (readonly number[])[] = new Array(rows).fill([]);
  for (const { path, node } of groups) for (const row of node.rows) paths[row] = path;
  return paths;
}

function parametersOf(settings: FitImageSettings) {
  const { algorithms, minGroups, maxGroups, rule, subRule, depth, components } = settings;
  const { classifier, normalLabel, minGroupOverlap } = settings;
  return {
    ...{ algorithms: algorithms.join(' '), minGroups, maxGroups, rule: rule.type },
    ...{ subRule: (subRule ?? rule).type, depth, components, classifier, normalLabel, minGroupOverlap },
  };
}
