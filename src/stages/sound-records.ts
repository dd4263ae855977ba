import { thirdOctaveBands } from '../audio/octave-bands.js';
import type { LevelRow, NoiseEvent as SoundEvent } from '../audio/sensor-records.js';
import { codec } from '../records/codec.js';
import { eventId, originId } from '../records/ids.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import type { Outgoing } from './outgoing.js';

/** Records that the listening stage makes of what a sensor's stream gives, encoded. */

export function levelsRecord(topic: string, sensor: string, row: LevelRow): Outgoing {
  const { startTimeUs, endTimeUs, bandsDb, streamId, firstSample, sampleCount, sampleRateHz } = row;
  const centres = bandsDb === null ? [] : thirdOctaveBands(sampleRateHz);
  const value = codec('noise-levels').encode({
    sensor,
    streamId,
    timeUs: startTimeUs,
    durationSecs: sampleCount / sampleRateHz,
    firstSample,
    sampleCount,
    sampleRateHz,
    laeqDb: row.laeqDb,
    lafmaxDb: row.lafMaxDb,
    lcpeakDb: row.lcPeakDb,
    lzeqDb: row.lzeqDb,
    l10Db: row.l10Db,
    l50Db: row.l50Db,
    l90Db: row.l90Db,
    silent: row.silent,
    calibrated: row.calibrated,
    clippedSamples: row.clippedSamples,
    bands: centres.map(({ nominalHz }, i) => ({ centreHz: nominalHz, leqDb: bandsDb?.[i] ?? null })),
  });
  return { topic, key: sensor, value, dataEndUs: endTimeUs };
}

export function eventRecord(
  topic: string,
  sensor: string,
  event: SoundEvent,
  clipUri: string | null,
): Outgoing {
  const { audio: _audio, calibrationDbSpl: _calibration, lafMaxDb, lcPeakDb, ...fields } = event;
  const value = codec('noise-event').encode({
    ...fields,
    id: eventId(sensor, event.streamId, event.firstSample),
    sensor,
    lafmaxDb: lafMaxDb,
    lcpeakDb: lcPeakDb,
    clipUri,
  });
  return { topic, key: sensor, value, dataEndUs: event.endTimeUs };
}

/** @param tensor log-mel, of the given shape */
export function featuresRecord(
  topic: string,
  sensor: string,
  event: SoundEvent,
  featureSet: string,
  shape: readonly number[],
  tensor: Float32Array,
): Outgoing {
  const value = codec('noise-features').encode({
    eventId: eventId(sensor, event.streamId, event.firstSample),
    sensor,
    streamId: event.streamId,
    startTimeUs: event.startTimeUs,
    durationSecs: event.durationSecs,
    laeqDb: event.laeqDb,
    featureSet,
    shape,
    tensor: tensorBytes(tensor),
  });
  return { topic, key: sensor, value, dataEndUs: event.endTimeUs };
}

export type SilenceKind = 'sensor_silent' | 'digital_silence';

const SILENCE_TEXT: Record<SilenceKind, Record<'raised' | 'cleared', string>> = {
  sensor_silent: {
    raised: 'Nothing more comes from the sensor.',
    cleared: 'The sensor is heard again.',
  },
  digital_silence: {
    raised: 'The sensor sends exact zeros: look at the microphone and its cable.',
    cleared: 'The zeros have ended.',
  },
};

export function silenceAlarm(
  topic: string,
  sensor: string,
  streamId: string,
  timeUs: number,
  kind: SilenceKind,
  state: 'raised' | 'cleared',
): Outgoing {
  const value = codec('alarm').encode({
    id: originId(`alarm ${kind} ${state}`, sensor, streamId, timeUs),
    sensor,
    timeUs,
    kind,
    state,
    severity: 'warning',
    message: SILENCE_TEXT[kind][state],
    value: null,
    threshold: null,
    subjectId: null,
    modelVersion: null,
    evidence: null,
  });
  return { topic, key: sensor, value };
}
