/**
 * The catalogue of everything that can go wrong, one entry a code.
 *
 * - `retryable`: the same call may succeed later; the caller backs off and tries again.
 * - `terminal`: this input will never work; it goes to the dead-letter topic (or, in a command, the command fails).
 * - `fatal`: the process can't go on; it stops with an exit code.
 *
 * `action` is one sentence that says what the user should do. `docs/reference/errors.md` lists every code.
 */
export type ErrorClass = 'retryable' | 'terminal' | 'fatal';

interface Entry {
  readonly class: ErrorClass;
  readonly action: string;
}

export const ERRORS = {
  // Input that a person or a recorder made
  WAV_INVALID: { class: 'terminal', action: 'Check that the file is a RIFF/WAVE file and was copied whole.' },
  AUDIO_FORMAT_UNSUPPORTED: {
    class: 'terminal',
    action:
      'Convert the file to WAV, FLAC or Ogg Vorbis; PCM may be 16, 24 or 32 bit integer or 32 or 64 bit float.',
  },
  AUDIO_DAMAGED: { class: 'terminal', action: 'Copy the file again: it is cut short or damaged.' },
  AUDIO_TOO_SHORT: {
    class: 'terminal',
    action: 'Record longer, or ask for shorter segments.',
  },
  AUDIO_EMPTY: { class: 'terminal', action: 'Record again: the file or chunk holds no samples.' },
  AUDIO_NOT_FINITE: {
    class: 'terminal',
    action: 'Look at the recorder: its floating-point samples hold NaN or infinity.',
  },
  IMAGE_EMPTY: { class: 'terminal', action: 'Look at the camera or the copy: the picture holds no bytes.' },
  IMAGE_FORMAT_UNSUPPORTED: {
    class: 'terminal',
    action: 'Save the picture as JPEG, PNG, TIFF or BMP, grey or RGB, with 8 or 16 bits per channel.',
  },
  IMAGE_INVALID: {
    class: 'terminal',
    action: 'Copy or take the picture again: it is cut short, damaged, or not of the size that it announces.',
  },
  IMAGE_TOO_LARGE: {
    class: 'terminal',
    action: 'Save the picture smaller, or cut it into several.',
  },
  CALIBRATION_FAILED: {
    class: 'terminal',
    action:
      "Record at least 3 s of the calibrator's tone, the microphone seated in it, at a gain that does not clip.",
  },
  PARAMETER_INVALID: { class: 'terminal', action: 'Correct the parameter named in the message.' },
  CSV_INVALID: {
    class: 'terminal',
    action: 'Save the table again as CSV with commas and a header, or correct the line named in the message.',
  },
  NEAR_LABELS_INVALID: {
    class: 'terminal',
    action:
      'Give every image a line with its path and near-label; an empty near-label says that it has none.',
  },
  MATRIX_INVALID: {
    class: 'terminal',
    action: 'Look at how the matrix was made: it needs rows, and finite numbers only.',
  },
  RESIDUALS_INVALID: {
    class: 'terminal',
    action:
      'Look at the sound and the model that gave the residuals: they must be finite numbers from 0, and not all the same.',
  },
  MIXTURE_ILL_DEFINED: {
    class: 'terminal',
    action: 'Ask for fewer components or features (PCA), another covariance type, or a larger regCovar.',
  },
  USAGE_INVALID: {
    class: 'terminal',
    action: 'Correct the command line: `--help` after a command shows what it takes, with an example.',
  },
  FILE_NOT_WRITABLE: {
    class: 'terminal',
    action: 'Check that the directory is there and that you may write into it.',
  },
  FILE_NOT_FOUND: { class: 'terminal', action: 'Check the path and that you may read it.' },
  NPY_INVALID: {
    class: 'terminal',
    action:
      'Write the array again with numpy.save: C order, little endian, float32, float64, int32 or int64.',
  },

  // Records
  RECORD_NOT_AVRO: {
    class: 'terminal',
    action: 'Make the producer write Avro single-object encoding with a schema of schemas/.',
  },
  RECORD_UNKNOWN_SCHEMA: {
    class: 'terminal',
    action: 'Upgrade this stage, or make the producer use a schema that this version ships.',
  },
  RECORD_TRUNCATED: {
    class: 'terminal',
    action: 'Look at the producer: the record ends early or carries bytes that do not belong to it.',
  },
  RECORD_INVALID: { class: 'terminal', action: 'Correct the field named in the message at the producer.' },
  SENSOR_UNKNOWN: {
    class: 'terminal',
    action: 'Add the sensor to the topology, or set `unknown: accept` in `sensors` to give it the defaults.',
  },

  // Broker
  BROKER_UNAVAILABLE: {
    class: 'retryable',
    action:
      'Check the broker address and that the broker is running; `plantsense doctor` tests the connection.',
  },
  BROKER_AUTH_FAILED: { class: 'fatal', action: 'Check the TLS and SASL settings and the credentials.' },
  BROKER_UNSUPPORTED: {
    class: 'fatal',
    action: 'Use Apache Kafka 3.1 or newer, or a service that speaks its protocol.',
  },
  MEMBER_NAME_IN_USE: {
    class: 'fatal',
    action: 'Give each process of a group a member name of its own, or none.',
  },
  TOPIC_NOT_FOUND: { class: 'fatal', action: 'Create the topics with `plantsense topics apply TOPOLOGY`.' },
  MESSAGE_TOO_LARGE: {
    class: 'terminal',
    action:
      "Send shorter chunks or smaller pictures, or raise the topic's `max_message_bytes` and run `plantsense topics apply`.",
  },
  COMMIT_FENCED: {
    class: 'retryable',
    action: 'Nothing: another member owns the partition now and processes what this one could not commit.',
  },
  OFFSET_OUT_OF_RANGE: {
    class: 'fatal',
    action:
      "The log lost data before it was read: raise the topic's retention, or set `on_expired_offset: earliest` to accept the loss.",
  },
  CODEC_UNSUPPORTED: {
    class: 'fatal',
    action: 'Use gzip, snappy or lz4, or no compression, at the producer.',
  },
  CHECKPOINT_TOO_LARGE: {
    class: 'fatal',
    action: 'Too many sensors share a partition: give the topic more partitions.',
  },
  GROUP_NOT_EMPTY: {
    class: 'terminal',
    action: 'Stop every process of the consumer group, then try again.',
  },
  CHECKPOINT_INVALID: {
    class: 'fatal',
    action:
      'The commit metadata was written by something else: use another consumer group, or reset this one.',
  },

  // Embedded broker and store
  DATA_DIR_IN_USE: {
    class: 'fatal',
    action: 'Stop the process named in the message, or choose another --data-dir.',
  },
  DATA_DIR_CORRUPT: {
    class: 'fatal',
    action: 'Restore the directory from a copy, or remove it to start over.',
  },
  DISK_FULL: {
    class: 'retryable',
    action: 'Free disk space: what runs goes on by itself then, a command has to be given again.',
  },
  CLIP_NOT_WRITABLE: {
    class: 'retryable',
    action: 'Let the process write to the directory of clips; the work goes on by itself then.',
  },
  PORT_IN_USE: { class: 'fatal', action: 'Choose another port, or stop the process that holds it.' },
  STORE_UNAVAILABLE: {
    class: 'retryable',
    action: 'Check the ClickHouse URL and that it answers /ping; intake waits and nothing is lost.',
  },
  STORE_QUERY_FAILED: { class: 'terminal', action: "Correct the SQL; ClickHouse's own message says where." },
  STORE_REJECTED: {
    class: 'terminal',
    action: 'Run `plantsense db migrate`: the table and the rows do not fit.',
  },
  STORE_SCHEMA_NEWER: {
    class: 'fatal',
    action: 'Upgrade Plantsense, or choose another database: a newer version has changed this one.',
  },
  STORE_AUTH_FAILED: { class: 'fatal', action: 'Check CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.' },

  // Topology and process
  TOPOLOGY_INVALID: {
    class: 'fatal',
    action: 'Correct the lines named above; `plantsense lint` checks them.',
  },
  MODEL_NOT_FOUND: {
    class: 'terminal',
    action:
      '`plantsense models list` shows what there is; train one with `plantsense train noise`, `train machine`, `train images` or `train encoder`.',
  },
  MODEL_INVALID: { class: 'terminal', action: 'The artefact is damaged or of another kind: train it again.' },
  FEATURES_MISMATCH: {
    class: 'terminal',
    action:
      'Give the topology whose `log_mel`, `segment` or `encoder` options made the tensors, wait until there are tensors of the new options, or train a model of them.',
  },
  TRAINING_IN_USE: {
    class: 'retryable',
    action: 'Let the process named in the message end its training, or stop it: the training goes on then.',
  },
  TRAINING_DATA_INSUFFICIENT: {
    class: 'terminal',
    action: 'Collect more data, or lower the number of groups, events or segments asked for.',
  },
  MODEL_COLLAPSED: {
    class: 'terminal',
    action: 'All data fell into one group: check the input, or set another number of groups.',
  },
  MODEL_DIVERGED: {
    class: 'terminal',
    action: 'Lower the learning rate, and look for NaN or infinity in the rows.',
  },
  TRAINING_CHECKPOINT_INVALID: {
    class: 'terminal',
    action: 'Remove the checkpoint to train anew, or train with the rows and options that it was made with.',
  },
  BENCHMARK_RESULT_INVALID: {
    class: 'terminal',
    action: 'Choose another --out, or remove the file named in the message to compute it anew.',
  },
  GROUPING_RESULT_INVALID: {
    class: 'terminal',
    action: 'Choose another --out, or compute everything anew with --restart.',
  },
  TENSOR_BACKEND_UNAVAILABLE: {
    class: 'fatal',
    action:
      'Unset PLANTSENSE_TENSOR_BACKEND to let Plantsense choose; `plantsense doctor` tries what this machine can do.',
  },
  TRAINING_UNSUPPORTED: {
    class: 'terminal',
    action:
      'Let TensorFlow be set up (`plantsense doctor` says what is missing), or choose a model without a network: `gmm`.',
  },
  TENSORFLOW_PLATFORM_UNSUPPORTED: {
    class: 'terminal',
    action:
      'Use Linux with glibc (x64, arm64) or macOS (arm64); or set PLANTSENSE_TENSOR_BACKEND=wasm, slower, to be asked no more.',
  },
  TENSORFLOW_UNUSABLE: {
    class: 'terminal',
    action: 'Set CXX to another C++17 compiler, or PLANTSENSE_TENSOR_BACKEND=wasm to go on without, slower.',
  },
  COMPILER_MISSING: {
    class: 'terminal',
    action:
      'Install a C++ compiler (Debian, Ubuntu: `apt install g++`; Fedora: `dnf install gcc-c++`; macOS: `xcode-select --install`).',
  },
  PACKAGE_INDEX_UNREACHABLE: {
    class: 'retryable',
    action:
      'Name an index that can be reached with PIP_INDEX_URL, a proxy with HTTPS_PROXY, or with PIP_FIND_LINKS a directory that has the file.',
  },
  PACKAGE_CHECKSUM_MISMATCH: {
    class: 'terminal',
    action: 'Ask who runs the package index or proxy: what it serves is damaged or not the published file.',
  },
  WEIGHTS_UNAVAILABLE: {
    class: 'retryable',
    action:
      "Do one of the things that the message names: the network's weights are fetched once a machine, or given as a file.",
  },
  WEIGHTS_CORRUPT: {
    class: 'terminal',
    action: 'Ask who runs the mirror or the proxy: what it serves is damaged or not the published file.',
  },
  WEIGHTS_INVALID: {
    class: 'terminal',
    action:
      "Give the weights of the encoder's own network, copied whole: of a Keras network an HDF5 file as `model.save('NAME.h5')` writes it.",
  },
  WORKER_CRASHED: { class: 'fatal', action: 'Report this with the log: a computing thread ended by itself.' },
  DRAIN_DEADLINE: {
    class: 'retryable',
    action: 'Nothing is lost; if it happens often, raise `drain_deadline_ms` or give the stage more cores.',
  },
  INTERNAL: { class: 'fatal', action: 'Report this with the log: it is a mistake in Plantsense.' },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error of the catalogue. `message` says what happened, `action` what to do about it. */
export class PlantsenseError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PlantsenseError';
    this.code = code;
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }

  get action(): string {
    return ERRORS[this.code].action;
  }

  override toString(): string {
    return `${this.code}: ${this.message} ${this.action}`;
  }
}

/** The class of any thrown value. What the catalogue doesn't know is a mistake of ours: fatal. */
export function classify(error: unknown): ErrorClass {
  return error instanceof PlantsenseError ? error.class : 'fatal';
}

/** Any thrown value as an error of the catalogue, itself if it is one. */
export function toPlantsenseError(error: unknown, code: ErrorCode = 'INTERNAL'): PlantsenseError {
  if (error instanceof PlantsenseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new PlantsenseError(code, message, { cause: error });
}
