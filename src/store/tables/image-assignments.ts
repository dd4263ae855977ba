import type { ImageAssignment } from '../../records/types.js';
import { array, bool, float32, float64, int32, nullable, string, symbol, timeUs } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

export const imageAssignments: Table<Sourced<ImageAssignment>> = {
  name: 'image_assignments',
  comment: 'The group of each picture, by model version.',
  columns: [
    column('frame_id', string, 'Id of the picture.', row => row.record.frameId),
    column('sensor', symbol, 'Id of the camera.', row => row.record.sensor),
    column('time', timeUs, 'When the picture was taken.', row => row.record.timeUs),
    column(
      'group',
      nullable(int32),
      'Group of the first level, the same across model versions; NULL when novel or without a model.',
      row => row.record.path[0] ?? null,
    ),
    column('path', symbol, 'Group, sub-group and so on: 2/25/1; empty when novel or without a model.', row =>
      row.record.path.join('/'),
    ),
    column(
      'probability',
      nullable(float32),
      'Posterior probability of the path, of a novel picture that of its nearest group.',
      row => row.record.probability,
    ),
    column(
      'log_likelihood',
      nullable(float64),
      'Log-likelihood under the model; NULL where the method has none.',
      row => row.record.logLikelihood,
    ),
    column('novel', bool, 'True when the picture fits no group.', row => row.record.novel),
    column(
      'novelty_score',
      nullable(float32),
      'Distance to the nearest group over the distance at which that group ends: novel above 1.',
      row => row.record.noveltyScore,
    ),
    column(
      'suspected_label',
      nullable(symbol),
      'Label that the post-clustering layer predicts.',
      row => row.record.suspectedLabel,
    ),
    column(
      'label_confidence',
      nullable(float32),
      'Confidence of the predicted label.',
      row => row.record.labelConfidence,
    ),
    column(
      'near_label',
      nullable(symbol),
      'Suspected label that came with the picture.',
      row => row.record.nearLabel,
    ),
    column(
      'model_version',
      nullable(symbol),
      'Model that made the row; NULL when none was active.',
      row => row.record.modelVersion,
    ),
    column('runner_up_path', array(symbol), 'Next best groups of the first level, best first.', row =>
      row.record.runnersUp.map(({ path }) => path.join('/')),
    ),
    column('runner_up_probability', array(float32), 'Their posterior probabilities.', row =>
      row.record.runnersUp.map(({ probability }) => probability),
    ),
    ...sourceColumns<ImageAssignment>(),
  ],
  primaryKey: ['sensor', 'time'],
  orderBy: ['sensor', 'time', 'frame_id', ...SOURCE_KEY],
  partitionBy: 'toYYYYMM(time)',
  ttlDays: 730,
};
