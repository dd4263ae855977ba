import { checkChunk } from '../audio/check-chunk.js';
import type { CloseReason, Notice, SensorOutput } from '../audio/sensor-records.js';
import { SensorStream } from '../audio/sensor-stream.js';
import { codec } from '../records/codec.js';
import { eventId } from '../records/ids.js';
import { type Checkpoint, isHeld, NO_LOG_NEEDED, stateKey } from '../stream/checkpoint.js';
import { IdleKeys } from '../stream/idle-keys.js';
import type { CheckpointChange } from '../stream/watermark.js';
import { ChunkDecoder } from './chunk-decoder.js';
import type { ClipStore } from './clip-store.js';
import type { EventTensor } from './event-tensor.js';
import type { Outgoing } from './outgoing.js';
import {
  type SensorSettings,
  type SensorTable,
  settingsOf,
  streamOptions,
  type TimelineOptions,
} from './sensor-settings.js';
import { eventRecord, featuresRecord, levelsRecord, silenceAlarm } from './sound-records.js';

export interface SoundTopics {
  readonly levels: string;
  readonly events: string;
  readonly features: string;
  readonly alarms: string;
}

export interface SoundLaneOptions {
  readonly topics: SoundTopics;
  readonly sensors: SensorTable;
  readonly timeline: TimelineOptions;
  readonly idleSecs: number;
}

/** What one chunk gave. */
export interface SoundStep {
  readonly outputs: readonly Outgoing[];
  readonly changes: readonly CheckpointChange[];
  /** How often each kind of notice came. */
  readonly notices: Readonly<Partial<Record<Notice['kind'], number>>>;
  /** Events by what ended them. */
  readonly events: Readonly<Partial<Record<CloseReason, number>>>;
  /** Seconds of sound that were analysed; none of a replay. */
  readonly audioSecs: number;
  /** Sensors of the lane with an alarm of silence. */
  readonly silentSensors: number;
  readonly retainedBytes: number;
  readonly sensor: string;
  readonly chunkEndUs: number;
}

/** So many silent sensors a lane remembers: names that never come back must not fill its checkpoint. */
const MAX_SILENT = 100;

/**
 * The sensors of one lane of raw audio: a state machine, chunk by chunk in the order of the log. What it gives depends
 * on the log from each sensor's hold on, and on nothing else.
 */
export class SoundLane {
  readonly #options: SoundLaneOptions;
  readonly #start: Checkpoint;
  readonly #tensor: EventTensor;
  readonly #clips: ClipStore;
  readonly #idle: IdleKeys;
  readonly #sensors = new Map<string, Sensor>();
  /** Keys that fell silent and are not heard again yet. */
  readonly #silent: Set<number>;
  /** Keys that hold log and were not heard since the start. */
  readonly #unheard: Set<number>;
  #liveSinceUs: number | null = null;
  readonly #decoder = new ChunkDecoder();

  constructor(start: Checkpoint, options: SoundLaneOptions, tensor: EventTensor, clips: ClipStore) {
    this.#start = start;
    this.#options = options;
    this.#tensor = tensor;
    this.#clips = clips;
    this.#idle = new IdleKeys(options.idleSecs * 1e6);
    this.#unheard = new Set(
      [...start.holds].filter(([, hold]) => hold !== NO_LOG_NEEDED).map(([key]) => key),
    );
    this.#silent = new Set([...start.holds].filter(([, hold]) => hold === NO_LOG_NEEDED).map(([key]) => key));
  }

  /**
   * @throws PlantsenseError RECORD_*, AUDIO_NOT_FINITE, SENSOR_UNKNOWN, PARAMETER_INVALID: the chunk can't be used, and
   *   nothing has changed
   */
  async step(bytes: Uint8Array, offset: number, replayed: boolean): Promise<SoundStep> {
    const record = codec('audio-chunk').decode(bytes);
    const settings = settingsOf(this.#options.sensors, record.sensor);
    const chunk = this.#decoder.decode(record, settings.calibrationDbSpl);
    const key = stateKey(record.sensor);
    const made = new StepBuilder(this.#options.topics);

    const chunkEndUs = chunk.startTimeUs + (chunk.samples.length / chunk.sampleRateHz) * 1e6;
    const skipped = replayed && !isHeld(this.#start, key, offset);
    // A chunk that was put aside then must not count as heard now.
    if (skipped) checkChunk(chunk);
    if (!skipped) {
      this.#unheard.delete(key);
      const sensor =
        this.#sensors.get(record.sensor) ?? new Sensor(record.sensor, settings, this.#options.timeline);
      const before = sensor.stream.holdMark;
      const output = sensor.stream.push(chunk, offset);
      this.#sensors.set(record.sensor, sensor);
      sensor.streamId = record.streamId;
      if (!replayed && this.#silent.delete(key))
        made.heardAgain(record.sensor, record.streamId, chunk.startTimeUs);
      await this.#emit(made, sensor, output, replayed);
      const hold = sensor.stream.holdMark;
      if (hold === null) {
        this.#sensors.delete(record.sensor);
        made.changes.push({ type: 'release', key });
      } else if (hold !== before) made.changes.push({ type: 'hold', key, offset: hold });
    }
    for (const name of this.#idle.heard(record.sensor, chunkEndUs))
      await this.#closeIdle(made, name, replayed);
    if (record.endOfStream) this.#idle.forget(record.sensor);
    if (!replayed) this.#releaseGone(made, chunkEndUs);
    return {
      outputs: made.outputs,
      changes: made.changes,
      notices: made.notices,
      events: made.events,
      audioSecs: replayed ? 0 : chunk.samples.length / chunk.sampleRateHz,
      silentSensors: this.#silent.size + this.#digitallySilent(),
      retainedBytes: this.#retainedBytes(),
      sensor: record.sensor,
      chunkEndUs,
    };
  }

  /** A sensor that is no longer in the topology, or whose log was deleted, would hold the log for ever. */
  #releaseGone(made: StepBuilder, nowUs: number): void {
    this.#liveSinceUs ??= nowUs;
    if (nowUs - this.#liveSinceUs <= this.#options.idleSecs * 1e6) return;
    for (const key of this.#unheard) made.changes.push({ type: 'release', key });
    this.#unheard.clear();
  }

  async #closeIdle(made: StepBuilder, name: string, replayed: boolean): Promise<void> {
    const sensor = this.#sensors.get(name);
    if (!sensor) return;
    this.#sensors.delete(name);
    const endUs = sensor.stream.endTimeUs ?? 0;
    await this.#emit(made, sensor, sensor.stream.close('idle'), replayed);
    made.fellSilent(name, sensor.streamId, endUs);
    this.#silent.add(stateKey(name));
    made.changes.push({ type: 'hold', key: stateKey(name), offset: NO_LOG_NEEDED });
    const [longest] = this.#silent;
    if (this.#silent.size <= MAX_SILENT || longest === undefined) return;
    this.#silent.delete(longest);
    made.changes.push({ type: 'release', key: longest });
  }

  async #emit(made: StepBuilder, sensor: Sensor, output: SensorOutput, replayed: boolean): Promise<void> {
    // Replay rebuilds state only: what was emitted once is neither encoded nor computed again.
    if (replayed) return;
    const { topics } = this.#options;
    const { name, settings } = sensor;
    for (const row of output.levels) made.outputs.push(levelsRecord(topics.levels, name, row));
    for (const event of output.events) {
      made.event(event.closedBy);
      const id = eventId(name, event.streamId, event.firstSample);
      const clipUri = await this.#clips.write(name, id, event, settings.clips);
      const tensor = this.#tensor.compute(event.audio, event.sampleRateHz);
      const { featureSet, shape } = this.#tensor;
      made.outputs.push(eventRecord(topics.events, name, event, clipUri));
      made.outputs.push(featuresRecord(topics.features, name, event, featureSet, shape, tensor));
    }
    for (const notice of output.notices) {
      made.notice(name, notice);
      if (notice.kind === 'sensor_silent') sensor.digitallySilent = notice.state === 'opened';
    }
  }

  #digitallySilent(): number {
    let count = 0;
    for (const sensor of this.#sensors.values()) if (sensor.digitallySilent) count += 1;
    return count;
  }

  #retainedBytes(): number {
    let bytes = 0;
    for (const { stream } of this.#sensors.values()) bytes += stream.retainedBytes;
    return bytes;
  }
}

class Sensor {
  readonly name: string;
  readonly settings: SensorSettings;
  readonly stream: SensorStream;
  streamId = '';
  digitallySilent = false;

  constructor(name: string, settings: SensorSettings, timeline: TimelineOptions) {
    this.name = name;
    this.settings = settings;
    this.stream = new SensorStream(streamOptions(settings, timeline));
  }
}

/** Gathers what one chunk gives. */
class StepBuilder {
  readonly outputs: Outgoing[] = [];
  readonly changes: CheckpointChange[] = [];
  readonly notices: Partial<Record<Notice['kind'], number>> = {};
  readonly events: Partial<Record<CloseReason, number>> = {};
  readonly #topics: SoundTopics;

  constructor(topics: SoundTopics) {
    this.#topics = topics;
  }

  event(closedBy: CloseReason): void {
    this.events[closedBy] = (this.events[closedBy] ?? 0) + 1;
  }

  notice(sensor: string, notice: Notice): void {
    this.notices[notice.kind] = (this.notices[notice.kind] ?? 0) + 1;
    if (notice.kind !== 'sensor_silent') return;
    const state = notice.state === 'opened' ? 'raised' : 'cleared';
    this.outputs.push(
      silenceAlarm(this.#topics.alarms, sensor, notice.streamId, notice.timeUs, 'digital_silence', state),
    );
  }

  fellSilent(sensor: string, streamId: string, timeUs: number): void {
    this.outputs.push(silenceAlarm(this.#topics.alarms, sensor, streamId, timeUs, 'sensor_silent', 'raised'));
  }

  heardAgain(sensor: string, streamId: string, timeUs: number): void {
    this.outputs.push(
      silenceAlarm(this.#topics.alarms, sensor, streamId, timeUs, 'sensor_silent', 'cleared'),
    );
  }
}
