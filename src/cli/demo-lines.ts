import type { AnyRecord } from '../records/codec.js';
import type { Alarm, ImageAssignment, ModelAnnouncement, NoiseAssignment } from '../records/types.js';
import type { CameraPicture } from './camera-picture.js';
import type { DemoPicture } from './demo-picture.js';
import type { DemoMoment, DemoReport, DemoStart } from './demo-report.js';
import { type DemoSummary, summaryText } from './demo-summary.js';
import { count, counted, decibels, kilobytes, minutes } from './live-view-format.js';
import type { MachinePicture } from './machine-picture.js';
import type { Output } from './output.js';

/** Where a machine's sound differs most from what is normal for it. */
function bandsText(evidence: Alarm['evidence']): string {
  const bands = (evidence?.bands ?? []).map(
    ({ lowHz, highHz }) => `${lowHz.toFixed(0)} to ${highHz.toFixed(0)} Hz`,
  );
  return bands.length === 0 ? '' : ` Worst at ${bands.join(', ')}.`;
}

/** Progress comes this often. */
const PROGRESS_SECS = 10;

/** Tells of a run in plain lines: for a terminal that can't be drawn on, and for logs. */
export class LinesReport implements DemoReport {
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #command: (args: string) => string;
  #progressSecs = 0;
  #elapsedSecs = 0;

  constructor(stdout: Output, stderr: Output, command: (args: string) => string) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#command = command;
  }

  announce({
    microphones,
    machines,
    cameras,
    forSecs,
    dataDir,
    logFile,
  }: Parameters<DemoReport['announce']>[0]): void {
    const until = forSecs === null ? 'until Ctrl-C' : `for ${minutes(forSecs)}`;
    void this.#stderr.write(
      `Plantsense demo: a small plant with ${microphones} simulated microphones, ${counted(machines, 'machine')} and ${counted(cameras, 'camera')}, ${until}.\n` +
        'Sound and pictures go in; levels, loud events, groups of events that sound alike, alarms of machines and groups of\n' +
        'pictures that look alike come out.\n' +
        `Broker and store run in here and keep their data in ${dataDir}. The log is ${logFile}.\nIt takes a few seconds to start.\n`,
    );
  }

  preparing(line: string): void {
    this.#line(line);
  }

  started({ earlierEvents, noNetwork, httpUrl, storeUrl }: DemoStart): void {
    if (noNetwork !== null)
      this.#line(
        `No network learns the groups but a Gaussian mixture, and the machines are left out: TensorFlow is missing. ${noNetwork}`,
      );
    const learner = noNetwork === null ? 'a network' : 'a mixture';
    this.#line(
      earlierEvents > 0
        ? `It continues with ${counted(earlierEvents, 'event')} of earlier runs.`
        : `It starts with nothing: ${learner} learns the groups from what it hears in its first half minute.`,
    );
    const page = httpUrl === null ? '' : `Status page: ${httpUrl}   `;
    this.#line(`${page}ClickHouse: ${storeUrl}`);
  }

  record(record: AnyRecord, picture: DemoPicture): void {
    if (record.record === 'noise-assignment') this.#assignment(record.value, picture);
    else if (record.record === 'image-assignment') this.#image(record.value);
    else if (record.record === 'alarm') this.#alarm(record.value);
    else if (record.record === 'model-announcement') this.#model(record.value);
  }

  tick({ elapsedSecs }: DemoMoment, picture: DemoPicture): void {
    this.#elapsedSecs = elapsedSecs;
    if (elapsedSecs < this.#progressSecs + PROGRESS_SECS) return;
    this.#progressSecs = elapsedSecs;
    const { chunksPerSec, bytesPerSec, delaySecs, lag } = picture.flow;
    const waiting = [...lag.values()].reduce((sum, messages) => sum + messages, 0);
    const delay = delaySecs ? `, ${delaySecs.median.toFixed(1)} s from sound to row` : '';
    const { events, eventsNeeded, detail } = picture.learning;
    const model = picture.model ? '' : ` No model yet: ${detail ?? `${events} of ${eventsNeeded} events`}.`;
    const flow = `${chunksPerSec.toFixed(0)} chunks/s, ${kilobytes(bytesPerSec)}/s, lag ${waiting}${delay}.`;
    this.#timed(`${flow}${model}`);
    if (picture.machineLearning !== null) this.#timed(`Machines: ${picture.machineLearning}.`);
    for (const machine of picture.machines.values()) this.#machine(machine);
    for (const camera of picture.cameras.values()) this.#camera(camera, picture);
  }

  close(): void {}

  async summary(summary: DemoSummary, dataDir: string): Promise<void> {
    await this.#stdout.line(`\n${summaryText(summary, { dataDir, command: this.#command })}`);
  }

  #assignment({ eventId, sensor, group, novel, probability }: NoiseAssignment, picture: DemoPicture): void {
    const event = picture.event(eventId)?.event;
    const what = event
      ? `${decibels(event.lafmaxDb)} for ${event.durationSecs.toFixed(1)} s`
      : 'an earlier event';
    const percent = probability === null ? '' : ` (${(100 * probability).toFixed(0)} %)`;
    this.#timed(`${sensor.padEnd(14)} ${what}: ${novel ? 'novel' : `group ${group}${percent}`}`);
  }

  #alarm({ sensor, state, message, evidence }: Alarm): void {
    const bands = state === 'raised' ? bandsText(evidence) : '';
    this.#timed(`${sensor.padEnd(14)} alarm ${state}: ${message}${bands}`);
  }

  #model({ method, entity, groups, reason, state }: ModelAnnouncement): void {
    if (method === 'noise') this.#timed(`The model in use has ${counted(groups, 'group')}: ${reason}`);
    if (method === 'image') this.#timed(`The model of pictures has ${counted(groups, 'group')}: ${reason}`);
    if (method !== 'machine') return;
    const whose = entity === '' ? 'all machines' : entity;
    this.#timed(`The model of ${whose} is ${state}: ${reason}`);
  }

  #machine({ sensor, score }: MachinePicture): void {
    if (score === null) return;
    const means = score.detectors.map(
      ({ detector, meanResidual, threshold }) =>
        `${detector} ${meanResidual?.toFixed(2) ?? 'not yet'} of ${threshold.toFixed(2)}`,
    );
    this.#timed(`${sensor.padEnd(14)} ${score.verdict}: ${means.join(', ')}`);
  }

  /** Only pictures that fit no group are told one by one: there are several a second. */
  #image({ sensor, frameId, novel, noveltyScore }: ImageAssignment): void {
    if (!novel) return;
    const score =
      noveltyScore === null ? '' : `, ${noveltyScore.toFixed(1)} times as far from a group as its own are`;
    this.#timed(`${sensor.padEnd(14)} picture ${frameId}: novel${score}`);
  }

  #camera(camera: CameraPicture, { flow, imageLearning }: DemoPicture): void {
    const { sensor, images } = camera;
    const rate = `${flow.imagesPerSec.toFixed(1)} images/s`;
    const groups = camera.sortedGroups().map(([name, { images }]) => `${name} ${count(images)}`);
    const what = images > 0 ? `groups ${groups.join(', ')}` : (imageLearning ?? 'no model yet');
    this.#timed(`${sensor.padEnd(14)} ${rate}, ${what}`);
  }

  #timed(text: string): void {
    this.#line(`${minutes(this.#elapsedSecs)}  ${text}`);
  }

  #line(text: string): void {
    void this.#stderr.line(text);
  }
}
