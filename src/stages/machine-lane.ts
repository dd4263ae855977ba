import { isOff } from '../anomaly/machine-segment.js';
import { checkChunk } from '../audio/check-chunk.js';
import { SegmentStream, type SegmentStreamOptions, type SoundSegment } from '../audio/segment-stream.js';
import { SEGMENT_SAMPLE_RATE_HZ } from '../audio/segments.js';
import type { Notice } from '../audio/sensor-records.js';
import { codec } from '../records/codec.js';
import { type Checkpoint, isHeld, type StateKey, stateKey } from '../stream/checkpoint.js';
import { IdleKeys } from '../stream/idle-keys.js';
import type { CheckpointChange } from '../stream/watermark.js';
import { ChunkDecoder } from './chunk-decoder.js';
import type { ClipStore } from './clip-store.js';
import { machineAlarmRecord, machineScoreRecord, segmentId } from './machine-records.js';
import { type JudgedAlarm, MachineState, type SegmentScore, type UntunedDetector } from './machine-state.js';
import type { Outgoing } from './outgoing.js';
import { type SensorSettings, type SensorTable, settingsOf } from './sensor-settings.js';

export interface MachineTopics {
  readonly scores: string;
  readonly alarms: string;
}

export interface MachineLaneOptions {
  readonly topics: MachineTopics;
  readonly sensors: SensorTable;
  readonly stream: SegmentStreamOptions;
  readonly detectors: readonly UntunedDetector[];
  readonly idleSecs: number;
}

/** A segment of a machine, to be scored. */
export interface HeardSegment {
  readonly machine: string;
  readonly sound: SoundSegment;
  readonly isOff: boolean;
  readonly replayed: boolean;
}

/** What a chunk tells of one machine. */
interface Part {
  readonly machine: string;
  readonly settings: SensorSettings;
  readonly segments: readonly HeardSegment[];
  /** `ended`: the recorder has; `idle`: nothing more is expected. */
  readonly state: 'open' | 'ended' | 'idle';
  /** Mark of the chunk that its next segment begins in; of the recorder's last one; null when it is idle. */
  readonly mark: number | null;
}

/** What a chunk gave to be judged. */
export interface HeardChunk {
  readonly parts: readonly Part[];
  /** Machines that the last commit knew and that are heard no more. */
  readonly gone: readonly StateKey[];
  readonly replayed: boolean;
  readonly sensor: string;
  readonly chunkEndUs: number;
  /** Seconds of a machine's sound; none of a replay. */
  readonly audioSecs: number;
  readonly notices: readonly Notice[];
  readonly retainedBytes: number;
}

/** What judging a chunk gave. */
export interface JudgedChunk {
  readonly outputs: readonly Outgoing[];
  readonly changes: readonly CheckpointChange[];
  readonly segments: Readonly<Record<'scored' | 'off' | 'unscored', number>>;
  /** Names of the detectors whose alarms opened. */
  readonly raised: readonly string[];
}

/**
 * The machines of one lane of raw audio: a state machine in two steps, so that segments of many lanes can be scored between
 * them. Both are called chunk by chunk in the order of the log; judging may be some chunks behind.
 */
export class MachineLane {
  readonly #options: MachineLaneOptions;
  readonly #start: Checkpoint;
  readonly #clips: ClipStore;
  readonly #idle: IdleKeys;
  readonly #decoder = new ChunkDecoder();
  readonly #streams = new Map<string, SegmentStream>();
  readonly #machines = new Map<string, MachineState>();
  /** What the last commit noted of machines that were not judged since. */
  readonly #notes: Map<StateKey, Uint8Array>;
  /** What the last commit holds of machines that were not heard since. */
  readonly #unheard: Set<StateKey>;
  /** End of the first chunk that was no replay, µs. */
  #liveSinceUs: number | null = null;

  constructor(start: Checkpoint, options: MachineLaneOptions, clips: ClipStore) {
    this.#start = start;
    this.#options = options;
    this.#clips = clips;
    this.#idle = new IdleKeys(options.idleSecs * 1e6);
    this.#notes = new Map(start.notes);
    this.#unheard = new Set(start.holds.keys());
  }

  /**
   * @throws PlantsenseError RECORD_*, AUDIO_NOT_FINITE, SENSOR_UNKNOWN, PARAMETER_INVALID: the chunk can't be used, and
   *   nothing has changed
   */
  hear(bytes: Uint8Array, offset: number, replayed: boolean): HeardChunk {
    const record = codec('audio-chunk').decode(bytes);
    const { sensor, sampleRateHz } = record;
    const settings = settingsOf(this.#options.sensors, sensor);
    const parts: Part[] = [];
    let notices: readonly Notice[] = [];
    const chunk = this.#decoder.decode(record, settings.calibrationDbSpl);
    // What another stage would put aside must not count as heard here.
    checkChunk(chunk);
    const secs = chunk.samples.length / sampleRateHz;
    const key = stateKey(sensor);
    const isNeeded = !replayed || isHeld(this.#start, key, offset);
    if (settings.machine !== null && isNeeded) {
      const stream = this.#streams.get(sensor) ?? new SegmentStream(this.#options.stream);
      const heard = stream.push(chunk, offset);
      this.#streams.set(sensor, stream);
      this.#unheard.delete(key);
      if (!replayed) notices = heard.notices;
      const streamMark = stream.holdMark;
      if (streamMark === null) this.#streams.delete(sensor);
      const state = streamMark === null ? 'ended' : 'open';
      parts.push(this.#part(sensor, settings, heard.segments, state, streamMark ?? offset, replayed));
    }
    const chunkEndUs = chunk.startTimeUs + secs * 1e6;
    for (const name of this.#idle.heard(sensor, chunkEndUs)) {
      // What became idle before the position has nothing that is rebuilt; should it be held, it has come back since.
      if (replayed) continue;
      const segments = this.#streams.get(name)?.close() ?? [];
      this.#streams.delete(name);
      const its = settingsOf(this.#options.sensors, name);
      if (its.machine !== null) parts.push(this.#part(name, its, segments, 'idle', null, false));
    }
    const audioSecs = replayed || settings.machine === null ? 0 : secs;
    return {
      ...{ parts, replayed, sensor, chunkEndUs, audioSecs, notices },
      gone: replayed ? [] : this.#gone(chunkEndUs),
      retainedBytes: this.#retainedBytes(),
    };
  }

  /**
   * @param scores of all segments of the chunk, in their order; null for one that no model scores
   * @throws PlantsenseError CHECKPOINT_INVALID, RESIDUALS_INVALID
   */
  async judge(
    { parts, gone, replayed }: HeardChunk,
    scores: readonly (SegmentScore | null)[],
  ): Promise<JudgedChunk> {
    const outputs: Outgoing[] = [];
    const changes: CheckpointChange[] = gone.map(key => ({ type: 'release', key }));
    const segments = { scored: 0, off: 0, unscored: 0 };
    const raised: string[] = [];
    let next = 0;
    for (const part of parts) {
      const { machine, settings } = part;
      const key = stateKey(machine);
      const state = this.#machineOf(machine, settings, key);
      for (const { sound, isOff } of part.segments) {
        const score = scores[next++] ?? null;
        segments[score === null ? 'unscored' : isOff ? 'off' : 'scored'] += replayed ? 0 : 1;
        const judged = score && state.judge(sound, score, replayed);
        const alarms = judged ? judged.alarms : state.pass(sound);
        if (replayed) continue;
        if (score && judged?.verdict) {
          const { segment, verdict } = judged;
          const ns = this.#options.detectors.map(({ n }) => n);
          const { scores: topic } = this.#options.topics;
          outputs.push(machineScoreRecord(topic, machine, { sound, segment, verdict, ns }, score.model));
        }
        for (const each of alarms) outputs.push(await this.#alarm(machine, settings, each, sound));
        for (const { alarm } of alarms) if (alarm.kind === 'opened') raised.push(alarm.detector);
      }
      if (part.state === 'ended') state.interrupt();
      if (part.state === 'idle')
        for (const each of state.end())
          if (!replayed) outputs.push(await this.#alarm(machine, settings, each, null));
      // The log holds an ended recorder's alarm: a replay must hear the machine to find that it stays away.
      const isOver = part.state === 'ended' && !state.hasAlarm;
      const change = state.change(key, isOver ? null : part.mark);
      changes.push(change);
      if (change.type === 'release') this.#machines.delete(machine);
    }
    return { outputs, changes, segments, raised };
  }

  #part(
    machine: string,
    settings: SensorSettings,
    sounds: readonly SoundSegment[],
    state: Part['state'],
    mark: number | null,
    replayed: boolean,
  ): Part {
    const segments = sounds.map(sound => ({
      ...{ machine, sound, replayed },
      isOff: isOff(sound.levelDb, settings.machine!.offBelowDb),
    }));
    return { machine, settings, segments, state, mark };
  }

  /** A machine that is no longer in the topology, or whose log was deleted, would hold the log for ever. */
  #gone(nowUs: number): StateKey[] {
    this.#liveSinceUs ??= nowUs;
    if (nowUs - this.#liveSinceUs <= this.#options.idleSecs * 1e6) return [];
    const gone = [...this.#unheard];
    this.#unheard.clear();
    for (const key of gone) this.#notes.delete(key);
    return gone;
  }

  #machineOf(machine: string, settings: SensorSettings, key: StateKey): MachineState {
    const known = this.#machines.get(machine);
    if (known) return known;
    const note = this.#notes.get(key) ?? null;
    // Once: a machine that is let go and comes back has no past.
    this.#notes.delete(key);
    const state = new MachineState(settings.machine!, this.#options.detectors, note);
    this.#machines.set(machine, state);
    return state;
  }

  async #alarm(
    machine: string,
    { clips }: SensorSettings,
    judged: JudgedAlarm,
    sound: SoundSegment | null,
  ): Promise<Outgoing> {
    const { alarms: topic } = this.#options.topics;
    if (judged.alarm.kind === 'closed' || sound === null)
      return machineAlarmRecord(topic, machine, judged, null);
    const clip = { audio: sound.samples, sampleRateHz: SEGMENT_SAMPLE_RATE_HZ };
    const clipUri = await this.#clips.write(machine, segmentId(machine, sound), clip, clips);
    return machineAlarmRecord(topic, machine, judged, { sound, clipUri });
  }

  #retainedBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams.values()) bytes += stream.retainedBytes;
    return bytes;
  }
}
