export interface Rule {
  readonly severity: 'error' | 'warning';
  /** What it finds and why that matters, for `docs/reference/lint.md`. */
  readonly about: string;
}

/** Every rule of `plantsense lint`, by its name. The first group comes from parsing, so that `run` obeys it too. */
export const RULES = {
  // The file itself
  'yaml-syntax': { severity: 'error', about: 'The file is not YAML 1.2, or holds a key twice.' },
  'env-missing': {
    severity: 'error',
    about: `A reference without a default, such as \`\${NAME}\`, names an environment variable that is not set.`,
  },
  'env-malformed': {
    severity: 'error',
    about: `A \`\${\` does not begin a reference. Write \`$$\` for a dollar sign.`,
  },
  'unknown-key': {
    severity: 'error',
    about: 'There is no such option here. It would be ignored silently, so it is refused.',
  },
  'wrong-unit': {
    severity: 'error',
    about: 'The option exists with another unit at the end of its name.',
  },
  'missing-option': { severity: 'error', about: 'An option that has no default is not given.' },
  'invalid-value': { severity: 'error', about: 'A value has the wrong type or lies outside its range.' },

  // Topics and how stages hang together
  'topic-undeclared': {
    severity: 'error',
    about: 'A stage reads or writes a topic that `topics` does not list, so nobody would create it.',
  },
  'topic-unused': { severity: 'warning', about: 'A topic is declared and no stage reads or writes it.' },
  'topic-unwritten': {
    severity: 'error',
    about:
      'A stage reads a topic that no stage writes. Only sound, pictures, trained models and what people say come from outside.',
  },
  'topic-unread': {
    severity: 'warning',
    about: 'A stage writes a topic that no stage reads. Dead-letter topics may be left unread.',
  },
  'duplicate-writer': {
    severity: 'error',
    about:
      'Two stages write the same topic, so that its rows would be counted twice. Alarms and dead letters may be shared.',
  },
  'record-mismatch': {
    severity: 'error',
    about:
      'A stage reads a topic that holds another kind of record than it understands, or one topic gets two kinds.',
  },
  cycle: {
    severity: 'error',
    about:
      'A stage reads, perhaps by way of others, what it writes: records would go round for ever. Models may: what is learnt changes what is learnt from.',
  },
  'models-not-compacted': {
    severity: 'error',
    about: 'The topic that announces models is not compacted: retention would delete the model in use.',
  },
  'dead-letter-too-small': {
    severity: 'error',
    about:
      'A dead letter carries the original message and the reason. Its topic must take 16 KiB more than the topics that it gets messages from, else the largest poison message would block its partition.',
  },
  'features-too-large': {
    severity: 'error',
    about:
      'One tensor, bands × frames × 4 bytes, does not fit in a message of the features topic. A machine’s segment has 1024 × 32.',
  },
  'retention-shorter-than-hold-back': {
    severity: 'error',
    about:
      'After a restart an open event is rebuilt from the log. The input must be kept longer than the longest event, its pre-roll, post-roll and hold-off, the grid step, the warm-up and the idle time together; of a machine, longer than the segments of a mean, the time that an alarm must hold, and the idle time.',
  },
  'retention-shorter-than-window': {
    severity: 'warning',
    about: 'A learning stage never finds its whole window in the topic.',
  },
  'sensors-per-partition': {
    severity: 'warning',
    about:
      'The state of all sensors of a partition must fit in the 4,096 bytes of metadata of a commit: about 300 sensors, or 80 machines. Give the topic more partitions.',
  },

  'waits-for-itself': {
    severity: 'error',
    about:
      'A `machine_residual` stage waits for a first model that is learnt from its own segments: neither would ever begin.',
  },
  'no-machines': {
    severity: 'warning',
    about: 'A `machine_residual` stage scores the sensors that have `machine` set, and none has.',
  },
  'fewer-partitions': {
    severity: 'warning',
    about:
      'A stage writes a topic that has fewer partitions than the one it reads. Several of its lanes then write to one partition, and how their records interleave, and so the `source_*` columns in the store, depends on timing.',
  },

  'pictures-too-large': {
    severity: 'warning',
    about:
      'An `image_features` stage allows pictures that, even as JPEG of one bit a pixel, are larger than a message of its topic: cameras could not send them.',
  },
  'encoder-not-here': {
    severity: 'warning',
    about:
      "The weights or the network of an encoder are not on the machine that lints: the stage ends at its start where they aren't either. Paths start at the working directory.",
  },

  // Times
  'drain-deadline': {
    severity: 'error',
    about:
      'A stage that drains longer than the session or the rebalance timeout is thrown out of its group before it has committed, and the work is done twice.',
  },
  'pre-roll-beyond-warm-up': {
    severity: 'error',
    about:
      'After a restart reading begins one warm-up before a grid point: a longer pre-roll would not be there.',
  },
  'max-duration-short': {
    severity: 'error',
    about:
      'Long events are cut so that each row depends on a bounded stretch of log. That needs room for two grid steps in an event.',
  },
  'warm-up-range': {
    severity: 'error',
    about:
      'The warm-up is longer than a grid step, or not longer than `clock_jump_secs`: a jump of the clock would lie in no warm-up.',
  },
  'duration-range': {
    severity: 'error',
    about: '`min_duration_secs` is not below `max_duration_secs`: no event could exist.',
  },
  'credit-below-message': {
    severity: 'warning',
    about: 'The credit is smaller than one message: messages pass one at a time.',
  },

  // Sensors, signal processing, models
  'threshold-unreachable': {
    severity: 'error',
    about:
      'The threshold lies more than 5 dB above the level of a full-scale sine, which no signal of the sensor reaches.',
  },
  'threshold-looks-dbfs': {
    severity: 'warning',
    about:
      'The sensor is calibrated, so its threshold is in dB SPL, but it is below 10 dB, which nothing falls below.',
  },
  'threshold-looks-db-spl': {
    severity: 'warning',
    about:
      'The sensor has no calibration, so its threshold is in dBFS unless its chunks bring one, but it is above 0 dBFS, which nothing reaches.',
  },
  'log-mel-shape': {
    severity: 'error',
    about:
      'The window has a size that the FFT has no plan for, the hop is longer than it, so that sound would be skipped, or there are more mel bands than FFT bins.',
  },
  'groups-range': { severity: 'error', about: '`min_groups` is above `max_groups`.' },
  'too-few-events': {
    severity: 'error',
    about:
      'A model is to be fitted to fewer events than it has groups, or to fewer than three images a group.',
  },
  'network-too-deep': {
    severity: 'error',
    about:
      'A network halves its spectrograms once for each of its `filters`, more often than there are mel bands to halve.',
  },
  'few-events-for-network': {
    severity: 'warning',
    about:
      'A network is to learn from fewer than 200 events: it learns them by heart, and its groups change with each training.',
  },
  'block-range': {
    severity: 'error',
    about:
      'A block of `machine_learn` must hold several means of `creeping_segments`, and a first model needs two blocks: one to learn from, one to tell thresholds.',
  },
  'creeping-mismatch': {
    severity: 'error',
    about:
      'A `machine_residual` stage takes means of another number of segments than its models have a threshold for: it would never hear ageing.',
  },

  // Secrets
  'secret-in-file': {
    severity: 'warning',
    about: `A password stands in the file. Take it from the environment: \`\${NAME}\`.`,
  },
  'password-in-clear': {
    severity: 'warning',
    about:
      'A password travels unencrypted to another machine: SASL `plain` without TLS, or `http:` instead of `https:`.',
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;
