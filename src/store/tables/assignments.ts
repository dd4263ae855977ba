import type { NoiseAssignment } from '../../records/types.js';
import { array, bool, float32, float64, int32, nullable, string, symbol, timeUs } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

export const assignments: Table<Sourced<NoiseAssignment>> = {
  name: 'assignments',
  comment: 'The group of each noise event, by model version.',
  columns: [
    column('event_id', string, 'Id of the event.', row => row.record.eventId),
    column('sensor', symbol, 'Id of the microphone.', row => row.record.sensor),
    column('time', timeUs, 'Start of the event.', row => row.record.timeUs),
    column(
      'group',
      nullable(int32),
      'Group, the same across model versions; NULL when novel or without a model.',
      row => row.record.group,
    ),
    column(
      'probability',
      nullable(float32),
      'Posterior probability of the best group.',
      row => row.record.probability,
    ),
    column(
      'log_likelihood',
      nullable(float64),
      'Log-likelihood under the model.',
      row => row.record.logLikelihood,
    ),
    column('novel', bool, 'True when the event fits no group.', row => row.record.novel),
    column(
      'model_version',
      nullable(symbol),
      'Model that made the row; NULL when none was active.',
      row => row.record.modelVersion,
    ),
    column('runner_up_group', array(int32), 'Next best groups, best first.', row =>
      row.record.runnersUp.map(runnerUp => runnerUp.group),
    ),
    column('runner_up_probability', array(float32), 'Their posterior probabilities.', row =>
      row.record.runnersUp.map(runnerUp => runnerUp.probability),
    ),
    ...sourceColumns<NoiseAssignment>(),
  ],
  primaryKey: ['sensor', 'time'],
  orderBy: ['sensor', 'time', 'event_id', ...SOURCE_KEY],
  partitionBy: 'toYYYYMM(time)',
  ttlDays: 730,
};
