import type { Alarm, MachineScore, ModelAnnouncement } from '../records/types.js';

/** What the topics have said of one machine. */
export class MachinePicture {
  readonly sensor: string;
  /** Residuals of the latest segments as shares of the threshold, the last one last; null while the machine was off. */
  readonly residuals: (number | null)[] = [];
  readonly openAlarms = new Map<string, Alarm>();
  score: MachineScore | null = null;
  model: ModelAnnouncement | null = null;
  segments = 0;
  abnormalSegments = 0;
  /** All alarms that were raised, by their ids, the last one last. */
  readonly raised = new Map<string, Alarm>();

  constructor(sensor: string) {
    this.sensor = sensor;
  }

  takeScore(score: MachineScore): void {
    this.score = score;
    this.segments++;
    if (score.verdict === 'abnormal') this.abnormalSegments++;
    const single = score.detectors.find(({ segments }) => segments === 1) ?? score.detectors[0];
    const { residual } = score;
    this.residuals.push(residual === null || !single ? null : residual / single.threshold);
    if (this.residuals.length > REMEMBERED_RESIDUALS) this.residuals.shift();
  }

  takeAlarm(alarm: Alarm): void {
    if (alarm.state === 'cleared') {
      this.openAlarms.delete(alarm.id);
      return;
    }
    this.openAlarms.set(alarm.id, alarm);
    this.raised.set(alarm.id, alarm);
    if (this.raised.size > REMEMBERED_ALARMS) this.raised.delete(this.raised.keys().next().value!);
  }

  /** The open alarm of a detector. */
  openAlarm(detector: string): Alarm | undefined {
    return [...this.openAlarms.values()].find(alarm => detectorOf(alarm) === detector);
  }
}

/** As many as the widest view shows, so that a picture can be taken of days. */
const REMEMBERED_RESIDUALS = 200;
const REMEMBERED_ALARMS = 1000;

/** Which detector raised an alarm; empty for an alarm of no machine. */
export function detectorOf({ evidence }: Alarm): string {
  return evidence?.detector ?? '';
}
