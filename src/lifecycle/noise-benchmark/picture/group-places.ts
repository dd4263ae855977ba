import { denseLabels } from '../../../cluster/label-counts.js';
import { groupsBySize, matchGroups } from '../../group-matching.js';

/**
 * Places of groups in a picture, by which they have their colour: those of the first method by falling size, those of
 * another by the groups of the first that they share most recordings with, so that a sound keeps its colour from
 * method to method.
 *
 * @param labels group of each recording
 * @param first labels of the method that is shown first
 * @returns place of each group, from 0
 */
export function groupPlaces(labels: readonly number[], first: readonly number[]): Map<number, number> {
  const reference = denseLabels(first);
  const places = groupsBySize(reference.sizes, 0);
  const own = denseLabels(labels);
  const ofRows = reference.labels.map(group => places.ids[group]!);
  const { ids } = matchGroups(ofRows, own.labels, places.nextGroupId, 0);
  return new Map(labels.map((label, row) => [label, ids[own.labels[row]!]!]));
}
