/** Upper bounds of histogram buckets, in the unit of the metric. */
const DELAY_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 2, 3, 5, 10, 30, 60, 300];
const WORK_SECONDS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const FIT_SECONDS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];
const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16_384, 65_536];

/** What the catalogue says of one metric. `labels` are its dimensions; `buckets` are for histograms. */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/**
 * Every metric that Plantsense exposes, named `plantsense_<name>_<unit>[_total]` in Prometheus's base units. The key is
 * the property of `Metrics` that sets it. `docs/reference/metrics.md` is generated from here.
 */
export const METRICS = {
  // Flow through a stage
  receivedEvents: {
    type: 'counter',
    name: 'plantsense_component_received_events_total',
    help: 'Messages that a stage took from its input topics, replayed ones included.',
    labels: ['stage'],
  },
  receivedBytes: {
    type: 'counter',
    name: 'plantsense_component_received_bytes_total',
    help: 'Bytes of the values of the messages that a stage took from its input topics.',
    labels: ['stage'],
  },
  sentEvents: {
    type: 'counter',
    name: 'plantsense_component_sent_events_total',
    help: 'Messages that a stage wrote durably to an output topic.',
    labels: ['stage', 'topic'],
  },
  sentBytes: {
    type: 'counter',
    name: 'plantsense_component_sent_bytes_total',
    help: 'Bytes of the values of the messages that a stage wrote durably to an output topic.',
    labels: ['stage', 'topic'],
  },
  errors: {
    type: 'counter',
    name: 'plantsense_component_errors_total',
    help: 'Errors by code of the error catalogue.',
    labels: ['error_type', 'stage'],
  },
  retries: {
    type: 'counter',
    name: 'plantsense_component_retries_total',
    help: 'Attempts that were repeated after a retryable error.',
    labels: ['error_type', 'stage'],
  },
  discardedEvents: {
    type: 'counter',
    name: 'plantsense_component_discarded_events_total',
    help: 'Messages without an effect of their own: duplicates and replays (intentional), and dead letters (not).',
    labels: ['intentional', 'reason', 'stage'],
  },
  eventDelaySeconds: {
    type: 'histogram',
    name: 'plantsense_component_event_delay_seconds',
    help: 'Time from the last sample or picture behind an output, by its event time, to the moment the output was durable.',
    labels: ['stage'],
    buckets: DELAY_SECONDS,
  },

  // Progress in the input topics
  lag: {
    type: 'gauge',
    name: 'plantsense_consumer_lag_events',
    help: 'Messages in the partition behind the position of the stage.',
    labels: ['stage', 'topic', 'partition'],
  },
  stagePosition: {
    type: 'gauge',
    name: 'plantsense_stage_position',
    help: 'Offset before which every effect is durable.',
    labels: ['stage', 'topic', 'partition'],
  },
  holdBack: {
    type: 'gauge',
    name: 'plantsense_watermark_hold_back_events',
    help: 'Messages before the position that open state still needs to be rebuilt after a restart.',
    labels: ['stage', 'topic', 'partition'],
  },
  pendingEvents: {
    type: 'gauge',
    name: 'plantsense_watermark_pending_events',
    help: 'Messages taken and not yet passed by the watermark.',
    labels: ['stage', 'topic', 'partition'],
  },
  commits: {
    type: 'counter',
    name: 'plantsense_commits_total',
    help: 'Group commits by their result: ok, fenced or failed.',
    labels: ['stage', 'result'],
  },
  lastCommitSeconds: {
    type: 'gauge',
    name: 'plantsense_last_commit_timestamp_seconds',
    help: 'When the partition was last committed, in seconds since the epoch.',
    labels: ['stage', 'topic', 'partition'],
  },
  lateAcks: {
    type: 'counter',
    name: 'plantsense_late_acks_total',
    help: 'Acknowledgements that came after the partition was taken away, and were dropped.',
    labels: ['stage'],
  },
  lostOffsets: {
    type: 'counter',
    name: 'plantsense_lost_offsets_total',
    help: 'Offsets that retention deleted before the stage had read them.',
    labels: ['stage', 'topic'],
  },
  assignedPartitions: {
    type: 'gauge',
    name: 'plantsense_assigned_partitions',
    help: 'Partitions that this member of the group owns.',
    labels: ['stage'],
  },
  rebalances: {
    type: 'counter',
    name: 'plantsense_rebalances_total',
    help: 'Changes of assignment by kind: assigned, revoked or lost.',
    labels: ['stage', 'kind'],
  },
  stalledPartitions: {
    type: 'gauge',
    name: 'plantsense_stalled_partitions',
    help: 'Assigned partitions with lag whose position has not moved for `stall_after_secs`.',
    labels: ['stage'],
  },

  // Memory
  creditInUseBytes: {
    type: 'gauge',
    name: 'plantsense_credit_in_use_bytes',
    help: 'Bytes of unprocessed messages, which the credit limits.',
    labels: ['stage'],
  },
  retainedBytes: {
    type: 'gauge',
    name: 'plantsense_retained_bytes',
    help: 'Bytes that operators keep as state: open events, windows, pre-roll.',
    labels: ['stage'],
  },

  // Sensors
  sensorLastEventSeconds: {
    type: 'gauge',
    name: 'plantsense_sensor_last_event_timestamp_seconds',
    help: 'Event time of the last sample or picture received from the sensor, in seconds since the epoch.',
    labels: ['sensor'],
  },
  sensorNotices: {
    type: 'counter',
    name: 'plantsense_sensor_notices_total',
    help: 'What was odd in a stream of chunks or pictures, by kind: duplicate, stale, gap, clock_jump, clock_drift, sample_rate_changed and others.',
    labels: ['kind', 'sensor'],
  },
  audioSeconds: {
    type: 'counter',
    name: 'plantsense_audio_seconds_total',
    help: 'Seconds of sound analysed, duplicates and replays excluded.',
    labels: ['stage'],
  },
  silentSensors: {
    type: 'gauge',
    name: 'plantsense_sensors_silent',
    help: 'Sensors with an open *sensor silent* alarm: no chunks for `idle_secs`, or only digital silence.',
    labels: ['stage'],
  },

  // Noise events, machines, pictures and models
  noiseEvents: {
    type: 'counter',
    name: 'plantsense_noise_events_total',
    help: 'Noise events by what ended them: release, max_duration, checkpoint, gap, idle, end_of_stream and others.',
    labels: ['stage', 'closed_by'],
  },
  assignments: {
    type: 'counter',
    name: 'plantsense_noise_assignments_total',
    help: 'Noise events that were put in a group, by whether they fit none of them.',
    labels: ['stage', 'novel'],
  },
  machineSegments: {
    type: 'counter',
    name: 'plantsense_machine_segments_total',
    help: 'Segments of machines: scored, off (the machine stood still) or unscored (there was no model).',
    labels: ['stage', 'result'],
  },
  machineAlarms: {
    type: 'counter',
    name: 'plantsense_machine_alarms_total',
    help: 'Alarms of machines that were raised, by detector: sudden, creeping.',
    labels: ['stage', 'detector'],
  },
  encodedImages: {
    type: 'counter',
    name: 'plantsense_images_encoded_total',
    help: 'Pictures that features were made of.',
    labels: ['stage'],
  },
  imageAssignments: {
    type: 'counter',
    name: 'plantsense_image_assignments_total',
    help: 'Pictures that were put in a group, by whether they fit none of them.',
    labels: ['stage', 'novel'],
  },
  batchEvents: {
    type: 'histogram',
    name: 'plantsense_batch_events',
    help: 'Items in one micro-batch for inference.',
    labels: ['stage'],
    buckets: COUNTS,
  },
  inferenceSeconds: {
    type: 'histogram',
    name: 'plantsense_inference_seconds',
    help: 'Time to compute one micro-batch.',
    labels: ['stage'],
    buckets: WORK_SECONDS,
  },
  modelsPublished: {
    type: 'counter',
    name: 'plantsense_models_published_total',
    help: 'Model versions that were fitted and announced.',
    labels: ['stage'],
  },
  modelFitSeconds: {
    type: 'histogram',
    name: 'plantsense_model_fit_seconds',
    help: 'Time to fit one model.',
    labels: ['stage'],
    buckets: FIT_SECONDS,
  },
  modelActive: {
    type: 'gauge',
    name: 'plantsense_model_active',
    help: '1 for the model version that the stage uses now.',
    labels: ['stage', 'version'],
  },

  // Store
  storeInsertedRows: {
    type: 'counter',
    name: 'plantsense_store_inserted_rows_total',
    help: 'Rows that the store acknowledged.',
    labels: ['stage', 'table'],
  },
  storeInsertSeconds: {
    type: 'histogram',
    name: 'plantsense_store_insert_seconds',
    help: 'Time of one insert, the wait for its acknowledgement included.',
    labels: ['stage', 'table'],
    buckets: DELAY_SECONDS,
  },
  storeInsertRows: {
    type: 'histogram',
    name: 'plantsense_store_insert_rows',
    help: 'Rows of one insert.',
    labels: ['stage', 'table'],
    buckets: COUNTS,
  },
  storeInsertErrors: {
    type: 'counter',
    name: 'plantsense_store_insert_errors_total',
    help: 'Inserts that failed, by code of the error catalogue.',
    labels: ['error_type', 'stage', 'table'],
  },
  storeResentBlocks: {
    type: 'counter',
    name: 'plantsense_store_resent_blocks_total',
    help: 'Planned blocks that were sent again after a restart; the store drops those it has.',
    labels: ['stage'],
  },

  // The process
  eventLoopDelaySeconds: {
    type: 'gauge',
    name: 'plantsense_event_loop_delay_seconds',
    help: 'Delay of the main event loop since the last scrape, by quantile (0.5, 0.99, 1).',
    labels: ['quantile'],
  },
  eventLoopUtilization: {
    type: 'gauge',
    name: 'plantsense_event_loop_utilization_ratio',
    help: 'Share of time that the main event loop was busy since the last scrape.',
    labels: [],
  },
  buildInfo: {
    type: 'gauge',
    name: 'plantsense_build_info',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node_version', 'topology'],
  },
} as const satisfies Record<string, MetricEntry>;

export type MetricKey = keyof typeof METRICS;
