// Written by scripts/schemas.mjs from schemas/*.avsc: change those and run it again.

/** raised: the condition began; cleared: it ended. */
export type AlarmState = 'raised' | 'cleared';

/** How urgent the alarm is. */
export type AlarmSeverity = 'info' | 'warning' | 'critical';

/** A frequency band that is reconstructed worse than in normal operation. */
export interface WorstBand {
  /** Its lower edge. */
  readonly lowHz: number;
  /** Its upper edge. */
  readonly highHz: number;
  /** Its mean residual in the segments that raised the alarm. */
  readonly residual: number;
  /** Its mean residual in normal operation. */
  readonly normalResidual: number;
}

/** What the alarm of a machine rests on. */
export interface MachineEvidence {
  /** Name of the detector that raised it: sudden, creeping. */
  readonly detector: string;
  /** How many segments a mean stands for (n). */
  readonly segments: number;
  /** Start of the first segment above the threshold. */
  readonly firstUs: number;
  /** End of the last one so far. */
  readonly lastUs: number;
  /** How many means it rests on so far. */
  readonly means: number;
  /** Their mean. */
  readonly meanResidual: number;
  /** The largest of them. */
  readonly peakMean: number;
  /** The largest residual of a single segment. */
  readonly peakResidual: number;
  /** Start of that segment: what to listen to. */
  readonly peakUs: number;
  /** The worst bands first; told when the alarm is raised. */
  readonly bands: readonly WorstBand[];
  /**
   * Where the sound of the segment that raised it is kept, relative to the clip store; null when clips are
   * off.
   */
  readonly clipUri: string | null;
  /** Why it was cleared: released, off, gap, end; null when it is raised. */
  readonly closedBy: string | null;
}

/** A condition that a person should see, when it begins and when it ends, in topic alarms. */
export interface Alarm {
  /** Id of the alarm: the same for its raising and its clearing. */
  readonly id: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Event time at which the condition began or ended. */
  readonly timeUs: number;
  /** What is wrong: sensor_silent, digital_silence, machine_abnormal; stages may add theirs. */
  readonly kind: string;
  /** Whether the condition begins or ends. */
  readonly state: AlarmState;
  /** How urgent it is. */
  readonly severity: AlarmSeverity;
  /** One sentence for people. */
  readonly message: string;
  /** The measured value that raised it. */
  readonly value: number | null;
  /** The limit that the value crossed. */
  readonly threshold: number | null;
  /** Id of the event, segment or picture that raised it. */
  readonly subjectId: string | null;
  /** Version of the model behind it. */
  readonly modelVersion: string | null;
  /** What the alarm of a machine rests on; null for other kinds. */
  readonly evidence: MachineEvidence | null;
}

/** How a sample is written: signed integer of 16, 24 or 32 bits or 32-bit float, little endian. */
export type AudioEncoding = 'S16LE' | 'S24LE' | 'S32LE' | 'F32LE';

/** A stretch of sound from one microphone, in topic audio.raw. The sample count rules, times anchor it. */
export interface AudioChunk {
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /**
   * Index of the chunk's first sample (per channel) since the stream began, from 0. Duplicates, gaps and
   * overlaps are told by it.
   */
  readonly firstSample: number;
  /** When the first sample was taken, microseconds since the epoch, by the recorder's clock. */
  readonly startTimeUs: number;
  /** Samples a second of one channel. */
  readonly sampleRateHz: number;
  /** Number of interleaved channels. */
  readonly channels: number;
  /** Encoding of the samples. */
  readonly encoding: AudioEncoding;
  /**
   * Level in dB SPL of a full-scale sine's RMS; null when the microphone is not calibrated, levels are dBFS
   * then.
   */
  readonly calibrationDbSpl: number | null;
  /** True for the last chunk of a stream: it closes what is open. Such a chunk may hold no samples. */
  readonly endOfStream: boolean;
  /** Interleaved samples; a whole number of frames. */
  readonly samples: Uint8Array;
}

/** One header of the message. */
export interface MessageHeader {
  /** Name of the header. */
  readonly name: string;
  /** Value of the header. */
  readonly value: Uint8Array;
}

/** Class of the error. */
export type ErrorClass = 'retryable' | 'terminal' | 'fatal';

/**
 * A message that can never be processed, with what it takes to find out why and to replay it, in the topics
 * *.dead-letter.
 */
export interface DeadLetter {
  /** Topic that the message was read from. */
  readonly originalTopic: string;
  /** Its partition. */
  readonly originalPartition: number;
  /** Its offset. */
  readonly originalOffset: number;
  /** Its key. */
  readonly originalKey: string | null;
  /** Its timestamp, milliseconds since the epoch. */
  readonly originalTimestampMs: number;
  /** Its headers. */
  readonly originalHeaders: readonly MessageHeader[];
  /** Its bytes, unchanged; null for a tombstone. */
  readonly originalValue: Uint8Array | null;
  /** Code of the error catalogue. */
  readonly errorCode: string;
  /** Class of the error. */
  readonly errorClass: ErrorClass;
  /** What happened, one sentence. */
  readonly message: string;
  /** Stage that refused the message. */
  readonly stage: string;
  /** Sensor, where it could be read. */
  readonly sensor: string | null;
  /** Event time, where it could be read. */
  readonly timeUs: number | null;
}

/** A group that fits less well than the best one. */
export interface ImageRunnerUp {
  /** The group's path. */
  readonly path: readonly number[];
  /** Posterior probability of the group among its siblings, 0 to 1. */
  readonly probability: number;
}

/** The group of one picture, in topic image.assignments. */
export interface ImageAssignment {
  /** Id of the picture. */
  readonly frameId: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** When the picture was taken. */
  readonly timeUs: number;
  /** Group, sub-group and so on: 2/25/1 is [2, 25, 1]; empty when the picture is novel. */
  readonly path: readonly number[];
  /** Posterior probability of the path: the product of those of its groups among their siblings, 0 to 1. */
  readonly probability: number | null;
  /** Log-likelihood under the model, natural logarithm; null where the method has none. */
  readonly logLikelihood: number | null;
  /** True when the picture fits no group. */
  readonly novel: boolean;
  /** Label that the post-clustering layer predicts. */
  readonly suspectedLabel: string | null;
  /** Confidence of the predicted label, 0 to 1. */
  readonly labelConfidence: number | null;
  /** Version of the model that made the row; null when none was active. */
  readonly modelVersion: string | null;
  /** Suspected label that came with the picture. */
  readonly nearLabel: string | null;
  /**
   * How far the picture lies from its nearest group, as a multiple of the distance at which the group ends:
   * above 1 it is novel.
   */
  readonly noveltyScore: number | null;
  /**
   * Next best groups of the first level, best first. For a novel picture the first one is its nearest group.
   */
  readonly runnersUp: readonly ImageRunnerUp[];
}

/** The feature vector of one picture, in topic features.image. */
export interface ImageFeatures {
  /** Id of the picture. */
  readonly frameId: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** When the picture was taken. */
  readonly timeUs: number;
  /** Name and version of the encoder. */
  readonly encoder: string;
  /** Suspected label that came with the picture. */
  readonly nearLabel: string | null;
  /** Shape of the tensor: [dimensions]. */
  readonly shape: readonly number[];
  /** The vector, 32-bit floats, little endian. */
  readonly tensor: Uint8Array;
}

/** File format, or rows of 8-bit grey, RGB or 16-bit grey (little endian) pixels without padding. */
export type ImageEncoding = 'PNG' | 'JPEG' | 'GRAY8' | 'RGB8' | 'TIFF' | 'BMP' | 'GRAY16';

/** One picture from a line camera, in topic image.raw. */
export interface ImageFrame {
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /** Id of the picture, derived from sensor, stream and frame index. */
  readonly frameId: string;
  /** Index of the picture since the stream began, from 0. */
  readonly frameIndex: number;
  /** When the picture was taken, microseconds since the epoch. */
  readonly timeUs: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Encoding of the picture. */
  readonly encoding: ImageEncoding;
  /** What the plant already says of the piece (a suspected label), for the C-Score. */
  readonly nearLabel: string | null;
  /** True for the last message of a stream; it may hold no picture. */
  readonly endOfStream: boolean;
  /** The encoded picture. */
  readonly picture: Uint8Array;
}

/** Kind of thing that the statement is about. */
export type LabelSubject = 'event' | 'image' | 'segment' | 'group' | 'alarm';

/**
 * name: give a group a name; mark: give one thing a label; confirm and dismiss: judge an alarm or a
 * prediction; retract: take back what was said of the thing.
 */
export type LabelAction = 'name' | 'mark' | 'confirm' | 'dismiss' | 'retract';

/** What a person says about an event, a picture, a group or an alarm, in topic labels. */
export interface Label {
  /** Id of the statement. */
  readonly id: string;
  /** When it was said, microseconds since the epoch. */
  readonly timeUs: number;
  /** What kind of thing it is about. */
  readonly subject: LabelSubject;
  /** Id of the thing; of a group its path, such as 2/25, with noise: before it for a group of noise. */
  readonly subjectId: string;
  /** What the person does. */
  readonly action: LabelAction;
  /** The name or label; null where the action needs none. */
  readonly label: string | null;
  /** The model version whose answer the person saw. */
  readonly modelVersion: string | null;
  /** Who says it; empty when not known. */
  readonly author: string;
  /** Free text. */
  readonly comment: string;
}

/** One segment of a machine's sound as magnitude spectrogram, in topic features.machine. */
export interface MachineFeatures {
  /** Id of the segment, derived from sensor, stream and first sample. */
  readonly segmentId: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /** When the segment's first sample was taken. */
  readonly startTimeUs: number;
  /** Index of the segment's first sample in its stream, at the resampled rate. */
  readonly firstSample: number;
  /** Length of sound in the segment. */
  readonly durationSecs: number;
  /** Id of the options that the tensor was made with. */
  readonly featureSet: string;
  /** Shape of the tensor: [bins, columns]. */
  readonly shape: readonly number[];
  /** Normalised magnitudes, 32-bit floats, little endian, row by row. */
  readonly tensor: Uint8Array;
}

/**
 * normal, abnormal: the mean against the threshold; unknown: too few segments for a mean; off: the machine
 * stands still.
 */
export type MachineVerdict = 'normal' | 'abnormal' | 'unknown' | 'off';

/** What one detector says of the segment. */
export interface MachineDetector {
  /** Name of the detector: sudden, creeping. */
  readonly detector: string;
  /** How many segments the mean stands for (n). */
  readonly segments: number;
  /** Mean residual of the last n segments; null until n have come since the last gap. */
  readonly meanResidual: number | null;
  /** The threshold for a mean of n (α). */
  readonly threshold: number;
  /** True when the threshold comes from too few means to trust. */
  readonly provisional: boolean;
  /** The mean against the threshold. */
  readonly verdict: MachineVerdict;
  /** True while an alarm of the detector is open. */
  readonly alarm: boolean;
}

/** What was found of one segment of a machine's sound, in topic machine.scores. */
export interface MachineScore {
  /** Id of the segment. */
  readonly segmentId: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /** Index of the segment's first sample in its stream, at the model's sample rate. */
  readonly firstSample: number;
  /** When the segment's first sample was taken. */
  readonly timeUs: number;
  /** Length of sound in the segment. */
  readonly durationSecs: number;
  /** Level of the segment: dB SPL when the sensor is calibrated, else dBFS; null for digital silence. */
  readonly levelDb: number | null;
  /** Samples of the segment at full scale: a recorder that clips makes noise over all frequencies. */
  readonly clippedSamples: number;
  /** Mean squared reconstruction error of the segment; null while the machine is off. */
  readonly residual: number | null;
  /**
   * Residual of each frequency band, from the lowest up; the bands are equally wide. Empty while the machine
   * is off.
   */
  readonly bandResiduals: readonly number[];
  /** What the segment is called: abnormal when one detector says so. */
  readonly verdict: MachineVerdict;
  /** What each detector says. */
  readonly detectors: readonly MachineDetector[];
  /** Version of the model that made the row. */
  readonly modelVersion: string;
}

/**
 * promoted: scores for all to see; shadowed: scores beside the active one; refused: not used; retired: no
 * longer used, the one before it is active again.
 */
export type ModelState = 'promoted' | 'shadowed' | 'refused' | 'retired';

/** How far training had read a partition. */
export interface SeenOffset {
  /** Name of the topic. */
  readonly topic: string;
  /** Partition of the topic. */
  readonly partition: number;
  /** The offset after the last message seen. */
  readonly offset: number;
}

/**
 * Says what a model version is from an event time on, in the compacted topic models. The highest sequence has
 * the last word.
 */
export interface ModelAnnouncement {
  /** What the model is for: noise, machine or image. */
  readonly method: string;
  /** The sensor or machine that the model is for; empty when it is for all. */
  readonly entity: string;
  /** Number of the announcement within method and entity, from 1; each is higher than all before. */
  readonly sequence: number;
  /** The model version that it is about. */
  readonly version: string;
  /** What the version is from activeFromUs on. */
  readonly state: ModelState;
  /** Event time from which the announcement holds. */
  readonly activeFromUs: number;
  /** Event time of the newest data that the model was fitted on. */
  readonly createdUs: number;
  /** Kind of model: kmeans, gmm, vade ... */
  readonly kind: string;
  /** Where the artefact lies, relative to the model store. */
  readonly uri: string;
  /** SHA-256 of the artefact's card, hex; the card holds those of the other files. */
  readonly cardSha256: string;
  /** The version that it was fitted from or matched to. */
  readonly parentVersion: string | null;
  /** Number of groups; 0 where the method has none. */
  readonly groups: number;
  /** What the training data was read from; empty when it came from files. */
  readonly seen: readonly SeenOffset[];
  /** Why the version is in this state, one sentence. */
  readonly reason: string;
}

/** A group that fits less well than the best one. */
export interface RunnerUp {
  /** Id of the group, the same across model versions. */
  readonly group: number;
  /** Posterior probability of the group, 0 to 1. */
  readonly probability: number;
}

/** The group of one noise event, in topic noise.assignments. */
export interface NoiseAssignment {
  /** Id of the event. */
  readonly eventId: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Start of the event, microseconds since the epoch. */
  readonly timeUs: number;
  /** Id of the group, the same across model versions; null when the event is novel or no model is active. */
  readonly group: number | null;
  /** Posterior probability of the best group, 0 to 1; null without a model. */
  readonly probability: number | null;
  /** Log-likelihood of the event under the model, natural logarithm; null without a model. */
  readonly logLikelihood: number | null;
  /** True when the event fits no group: its likelihood is below the model's threshold. */
  readonly novel: boolean;
  /** Version of the model that made the row; null when none was active. */
  readonly modelVersion: string | null;
  /** Next best groups, best first. For a novel event the first one is its nearest group. */
  readonly runnersUp: readonly RunnerUp[];
}

/**
 * release: the level fell; max_duration and checkpoint: cut at a grid boundary, because it lasts too long or
 * events followed each other without a pause; joined: cut at the first boundary after the stream was joined
 * in its middle; end_of_stream: the recorder stopped; idle: the sensor sent nothing more; gap: samples are
 * missing; clock_jump: the recorder's clock moved; stream_change, rate_change, calibration_change,
 * count_reset: the recorder began anew; other: what a later version may add.
 */
export type EventClosedBy =
  | 'release'
  | 'max_duration'
  | 'checkpoint'
  | 'joined'
  | 'end_of_stream'
  | 'idle'
  | 'gap'
  | 'clock_jump'
  | 'stream_change'
  | 'rate_change'
  | 'calibration_change'
  | 'count_reset'
  | 'other';

/** A loud stretch that the trigger cut out, in topic noise.events. */
export interface NoiseEvent {
  /** Derived from sensor, stream and first sample: the same event has the same id in every run. */
  readonly id: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /** Start of the event, pre-roll included, microseconds since the epoch. */
  readonly startTimeUs: number;
  /** End of the event, post-roll included. */
  readonly endTimeUs: number;
  /** When the trigger opened: the sound proper begins. */
  readonly onsetTimeUs: number;
  /** When the level fell below the release level, or where the event was cut. */
  readonly offsetTimeUs: number;
  /** Length of the sound proper, from onset to offset. */
  readonly durationSecs: number;
  /** Index of the event's first sample in its stream, pre-roll included. */
  readonly firstSample: number;
  /** Number of samples of the event (per channel), pre-roll and post-roll included. */
  readonly sampleCount: number;
  /** Sample rate of the event's sound. */
  readonly sampleRateHz: number;
  /** Largest absolute sample, full scale is 1. */
  readonly peakAmplitude: number;
  /**
   * Energy mean of the A-weighted level over the event, dB SPL if calibrated, else dBFS; null when the input
   * is digital silence.
   */
  readonly laeqDb: number | null;
  /** Highest A-weighted level with Fast time weighting in the event; null when silent. */
  readonly lafmaxDb: number | null;
  /** C-weighted peak level in the event; null when silent. */
  readonly lcpeakDb: number | null;
  /** Energy mean of the unweighted level over the event; null when silent. */
  readonly lzeqDb: number | null;
  /** Level exceeded in 10 % of the time (A, Fast); null when silent. */
  readonly l10Db: number | null;
  /** Level exceeded in 50 % of the time (A, Fast); null when silent. */
  readonly l50Db: number | null;
  /** Level exceeded in 90 % of the time (A, Fast); null when silent. */
  readonly l90Db: number | null;
  /** True when levels are dB SPL, false when they are dBFS. */
  readonly calibrated: boolean;
  /** Samples at full scale in the event. */
  readonly clippedSamples: number;
  /** True when the event reached its limit and goes on in a next one. */
  readonly cut: boolean;
  /** True when the event goes on from a cut one. */
  readonly continued: boolean;
  /** What ended the event. */
  readonly closedBy: EventClosedBy;
  /** Where the sound of the event is kept; null when clips are off for the sensor. */
  readonly clipUri: string | null;
}

/** The feature tensor of one noise event, in topic features.noise. */
export interface NoiseFeatures {
  /** Id of the event. */
  readonly eventId: string;
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /** Start of the event, microseconds since the epoch; decides which model version scores it. */
  readonly startTimeUs: number;
  /** Length of the event before it was padded or cut. */
  readonly durationSecs: number;
  /** Energy mean of the event's A-weighted level. */
  readonly laeqDb: number | null;
  /** Id of the options that the tensor was made with; a model scores only tensors of its own. */
  readonly featureSet: string;
  /** Shape of the tensor, rows first: [mel bands, frames]. */
  readonly shape: readonly number[];
  /** Log-mel values in dB, 32-bit floats, little endian, row by row. */
  readonly tensor: Uint8Array;
}

/** Level of one third-octave band (IEC 61260). */
export interface BandLevel {
  /** Nominal centre frequency. */
  readonly centreHz: number;
  /** Energy mean of the band's level; null when silent. */
  readonly leqDb: number | null;
}

/** Sound levels of one microphone over one interval (a second), in topic noise.levels. */
export interface NoiseLevels {
  /** Id of the microphone or camera; also the message's key. */
  readonly sensor: string;
  /** Id of the recording session: new at each start of a recorder. */
  readonly streamId: string;
  /** Start of the interval, microseconds since the epoch. */
  readonly timeUs: number;
  /** Length of sound that the levels stand for; less than the interval where a gap or an end cuts it. */
  readonly durationSecs: number;
  /** Index of the interval's first sample in its stream. */
  readonly firstSample: number;
  /** Number of samples that the levels stand for (per channel). */
  readonly sampleCount: number;
  /** Sample rate of the sound. */
  readonly sampleRateHz: number;
  /**
   * Energy mean of the A-weighted level over the interval, dB SPL if calibrated, else dBFS; null when the
   * input is digital silence.
   */
  readonly laeqDb: number | null;
  /** Highest A-weighted level with Fast time weighting in the interval; null when silent. */
  readonly lafmaxDb: number | null;
  /** C-weighted peak level in the interval; null when silent. */
  readonly lcpeakDb: number | null;
  /** Energy mean of the unweighted level over the interval; null when silent. */
  readonly lzeqDb: number | null;
  /** Level exceeded in 10 % of the time (A, Fast); null when silent. */
  readonly l10Db: number | null;
  /** Level exceeded in 50 % of the time (A, Fast); null when silent. */
  readonly l50Db: number | null;
  /** Level exceeded in 90 % of the time (A, Fast); null when silent. */
  readonly l90Db: number | null;
  /** True when every sample is digital zero: the levels are null then. */
  readonly silent: boolean;
  /** True when levels are dB SPL, false when they are dBFS. */
  readonly calibrated: boolean;
  /** Samples at full scale in the interval. */
  readonly clippedSamples: number;
  /** Third-octave bands in rising order; empty when the option is off. */
  readonly bands: readonly BandLevel[];
}

/** Every record by its schema's file name. */
export interface Records {
  readonly alarm: Alarm;
  readonly 'audio-chunk': AudioChunk;
  readonly 'dead-letter': DeadLetter;
  readonly 'image-assignment': ImageAssignment;
  readonly 'image-features': ImageFeatures;
  readonly 'image-frame': ImageFrame;
  readonly label: Label;
  readonly 'machine-features': MachineFeatures;
  readonly 'machine-score': MachineScore;
  readonly 'model-announcement': ModelAnnouncement;
  readonly 'noise-assignment': NoiseAssignment;
  readonly 'noise-event': NoiseEvent;
  readonly 'noise-features': NoiseFeatures;
  readonly 'noise-levels': NoiseLevels;
}
