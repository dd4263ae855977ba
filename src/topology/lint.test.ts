import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { lint } from './lint.js';
import { renderLintPage } from './lint-page.js';
import { formatProblem } from './problem.js';
import { RULES, type RuleName } from './rules.js';
import {
  type Change,
  changed,
  found,
  LEARNT,
  SHIPPED,
  WITH_CAMERAS,
  WITH_MACHINES,
} from './testing/changed-topology.js';

const LISTEN = {
  type: 'noise_events',
  input: 'audio.raw',
  outputs: {
    levels: 'levels-2',
    events: 'events-2',
    features: 'features-2',
    alarms: 'alarms',
    dead_letter: 'audio.raw.dead-letter',
  },
};
const KAFKA = { type: 'kafka', brokers: ['h:9092'] };
const SASL = { mechanism: 'plain', username: 'u', password: `\${PW:-x}` };

/** For each rule changes that break it, where it is reported, and changes next to them that do not. */
const CASES: Readonly<
  Record<Exclude<RuleName, 'yaml-syntax'>, { bad: readonly Change[]; at: string; good: readonly Change[] }>
> = {
  'env-missing': { bad: [['data_dir', `\${NOPE}`]], at: '', good: [['data_dir', `\${NOPE:-x}`]] },
  'env-malformed': { bad: [['data_dir', `\${1}`]], at: '', good: [['data_dir', '$$']] },
  'unknown-key': {
    bad: [['sensors/defaults/treshold_db', 1]],
    at: 'sensors.defaults.treshold_db',
    good: [['sensors/defaults/threshold_db', -1]],
  },
  'wrong-unit': {
    bad: [['runtime', { drain_deadline_secs: 20 }]],
    at: 'runtime.drain_deadline_secs',
    good: [['runtime', { drain_deadline_ms: 20_000 }]],
  },
  'missing-option': { bad: [['name', undefined]], at: 'name', good: [['name', 'x']] },
  'invalid-value': { bad: [['http/port', 70_000]], at: 'http.port', good: [['http/port', 0]] },

  'topic-undeclared': {
    bad: [['stages/listen/outputs/alarms', 'alarm']],
    at: 'stages.listen.outputs.alarms',
    good: [
      ['stages/listen/outputs/alarms', 'noise.alarms'],
      ['topics/noise.alarms', {}],
    ],
  },
  'topic-unused': { bad: [['topics/spare', {}]], at: 'topics.spare', good: [] },
  'topic-unwritten': {
    bad: [['stages/listen', undefined]],
    at: 'stages.learn.input',
    good: [['stages/learn', undefined]],
  },
  'topic-unread': {
    bad: [['stages/store', undefined]],
    at: 'stages.listen.outputs.levels',
    good: [['stages/store/inputs/6', undefined]],
  },
  'duplicate-writer': {
    bad: [
      ['stages/again', LISTEN],
      ['stages/again/outputs/levels', 'noise.levels'],
    ],
    at: 'stages.again.outputs.levels',
    good: [
      ['stages/again', LISTEN],
      ...['levels-2', 'events-2', 'features-2'].map((t): Change => [`topics/${t}`, {}]),
    ],
  },
  'record-mismatch': {
    bad: [['stages/learn/input', 'noise.events']],
    at: 'stages.learn.input',
    good: [],
  },
  cycle: {
    bad: [['stages/store/inputs/7', 'store.dead-letter']],
    at: 'stages.store.outputs.dead_letter',
    good: [],
  },
  'models-not-compacted': {
    bad: [['topics/models/cleanup', 'delete']],
    at: 'topics.models',
    good: [['topics/models/retention_hours', 1]],
  },
  'dead-letter-too-small': {
    bad: [['topics/audio.raw.dead-letter/max_message_bytes', 1_064_959]],
    at: 'topics["audio.raw.dead-letter"].max_message_bytes',
    good: [['topics/audio.raw.dead-letter/max_message_bytes', 1_064_960]],
  },
  'features-too-large': {
    // 128 × 323 × 4 + 4096 bytes
    bad: [['topics/features.noise/max_message_bytes', 169_471]],
    at: 'stages.listen.log_mel',
    good: [['topics/features.noise/max_message_bytes', 169_472]],
  },
  'retention-shorter-than-hold-back': {
    bad: [['topics/audio.raw/retention_hours', 0.02]],
    at: 'topics["audio.raw"].retention_hours',
    good: [['topics/audio.raw/retention_hours', 0.0205]],
  },
  'retention-shorter-than-window': {
    bad: [['topics/features.noise/retention_hours', 23]],
    at: 'stages.learn.window_hours',
    good: [['topics/features.noise/retention_hours', 'forever']],
  },
  'sensors-per-partition': {
    bad: [['sensors/by_id', Object.fromEntries(Array.from({ length: 1201 }, (_, i) => [`m${i}`, {}]))]],
    at: 'topics["audio.raw"].partitions',
    good: [['sensors/by_id', Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`m${i}`, {}]))]],
  },
  'waits-for-itself': {
    bad: [...LEARNT, ['stages/machines/when_no_model', 'wait']],
    at: 'stages.machines.when_no_model',
    good: LEARNT,
  },
  'no-machines': {
    bad: WITH_MACHINES,
    at: 'stages.machines',
    good: [...WITH_MACHINES, ['sensors/by_id', { press: { machine: {} } }]],
  },
  'pictures-too-large': {
    bad: [...WITH_CAMERAS, ['stages/look/max_pixels', 8_388_609]],
    at: 'topics["image.raw"].max_message_bytes',
    good: [...WITH_CAMERAS, ['stages/look/max_pixels', 8_388_608]],
  },
  'encoder-not-here': {
    bad: [...WITH_CAMERAS, ['stages/look/encoder', { type: 'resnet50', weights: 'nowhere.h5' }]],
    at: 'stages.look.encoder.weights',
    good: [...WITH_CAMERAS, ['stages/look/encoder', { type: 'resnet50', weights: 'package.json' }]],
  },
  'fewer-partitions': {
    bad: [['topics/alarms/partitions', 3]],
    at: 'topics.alarms.partitions',
    good: [['topics/alarms/partitions', 5]],
  },
  'drain-deadline': {
    bad: [['runtime', { drain_deadline_ms: 30_000 }]],
    at: 'runtime.drain_deadline_ms',
    good: [['runtime', { drain_deadline_ms: 29_999 }]],
  },
  'pre-roll-beyond-warm-up': {
    bad: [['sensors/by_id', { a: { pre_roll_secs: 1.5 } }]],
    at: 'sensors.by_id.a.pre_roll_secs',
    good: [['sensors/by_id', { a: { pre_roll_secs: 1 } }]],
  },
  'max-duration-short': {
    bad: [['sensors/defaults/max_duration_secs', 19.9]],
    at: 'sensors.defaults.max_duration_secs',
    good: [['sensors/defaults/max_duration_secs', 20]],
  },
  'warm-up-range': {
    bad: [['stages/listen/warmup_secs', 11]],
    at: 'stages.listen.warmup_secs',
    good: [['stages/listen/warmup_secs', 10]],
  },
  'duration-range': {
    bad: [['sensors/by_id', { a: { min_duration_secs: 30 } }]],
    at: 'sensors.by_id.a.min_duration_secs',
    good: [['sensors/by_id', { a: { min_duration_secs: 29 } }]],
  },
  'credit-below-message': {
    bad: [['runtime', { credit_bytes: 1_000_000 }]],
    at: 'runtime.credit_bytes',
    good: [['runtime', { credit_bytes: 8_388_608 }]],
  },
  'threshold-unreachable': {
    bad: [['sensors/by_id', { a: { calibration_db_spl: 110, threshold_db: 116 } }]],
    at: 'sensors.by_id.a.threshold_db',
    good: [['sensors/by_id', { a: { calibration_db_spl: 110, threshold_db: 115 } }]],
  },
  'threshold-looks-dbfs': {
    bad: [['sensors/by_id', { a: { calibration_db_spl: 110 } }]],
    at: 'sensors.by_id.a.threshold_db',
    good: [['sensors/by_id', { a: { calibration_db_spl: 110, threshold_db: 80 } }]],
  },
  'threshold-looks-db-spl': {
    bad: [['sensors/defaults/threshold_db', 85]],
    at: 'sensors.defaults.threshold_db',
    good: [['sensors/defaults/threshold_db', 0]],
  },
  'log-mel-shape': {
    bad: [['stages/listen/log_mel', { n_fft: 256, hop: 128, n_mels: 130 }]],
    at: 'stages.listen.log_mel.n_mels',
    good: [['stages/listen/log_mel', { n_fft: 256, hop: 256, n_mels: 129 }]],
  },
  'groups-range': {
    bad: [['stages/learn/model', { type: 'gmm', min_groups: 5, max_groups: 4 }]],
    at: 'stages.learn.model.min_groups',
    good: [['stages/learn/model', { type: 'gmm', min_groups: 5, max_groups: 5 }]],
  },
  'too-few-events': {
    bad: [['stages/learn/model', { type: 'gmm', groups: 61 }]],
    at: 'stages.learn.first_after_events',
    good: [['stages/learn/model', { type: 'gmm', groups: 60 }]],
  },
  'network-too-deep': {
    bad: [
      ['stages/learn/model', { type: 'vade', filters: [4, 4, 4, 4] }],
      ['stages/listen/log_mel', { n_mels: 8 }],
    ],
    at: 'stages.learn.model.filters',
    good: [
      ['stages/learn/model', { type: 'vade', filters: [4, 4, 4] }],
      ['stages/listen/log_mel', { n_mels: 8 }],
    ],
  },
  'few-events-for-network': {
    bad: [
      ['stages/learn/model', { type: 'dec' }],
      ['stages/learn/first_after_events', 199],
    ],
    at: 'stages.learn.first_after_events',
    good: [
      ['stages/learn/model', { type: 'dec' }],
      ['stages/learn/first_after_events', 200],
    ],
  },
  'block-range': {
    bad: [...LEARNT, ['stages/learn-machines/block_segments', 19]],
    at: 'stages.learn-machines.block_segments',
    good: [...LEARNT, ['stages/learn-machines/block_segments', 20]],
  },
  'creeping-mismatch': {
    bad: [...LEARNT, ['stages/machines/creeping', { segments: 8 }]],
    at: 'stages.learn-machines.model.creeping_segments',
    good: [
      ...LEARNT,
      ['stages/machines/creeping', { segments: 8 }],
      ['stages/learn-machines/model', { creeping_segments: 8 }],
    ],
  },
  'secret-in-file': {
    bad: [['store', { type: 'clickhouse', url: 'https://h', password: 'x' }]],
    at: 'store.password',
    good: [['store', { type: 'clickhouse', url: 'https://h', password: `\${PW:-x}` }]],
  },
  'password-in-clear': {
    bad: [['broker', { ...KAFKA, sasl: SASL }]],
    at: 'broker.sasl',
    good: [['broker', { ...KAFKA, tls: {}, sasl: SASL }]],
  },
};

describe('lint', () => {
  it('finds nothing in the shipped topology', () => {
    const { topology, problems } = lint(SHIPPED, {});
    expect(problems).toEqual([]);
    expect(topology?.name).toBe('noise-clustering');
  });

  for (const [rule, { bad, at, good }] of Object.entries(CASES)) {
    it(`finds ${rule}, and only where it is`, () => {
      expect(found(changed(...bad))).toContain(`${rule} ${at}`);
      expect(found(changed(...good)).map(line => line.split(' ')[0])).not.toContain(rule);
    });
  }

  it('takes of a model only what its type takes', () => {
    const model = (value: object) => found(changed(['stages/learn/model', value]));
    expect(model({ type: 'gmm', epochs: 3 })).toEqual(['unknown-key stages.learn.model.epochs']);
    expect(model({ type: 'dec', loss: 'elbo' })).toContain('unknown-key stages.learn.model.loss');
    expect(model({ type: 'vade', filters: [] })).toContain('invalid-value stages.learn.model.filters');
    expect(model({ groups: 3 })).toEqual(['missing-option stages.learn.model.type']);
    expect(found(changed(['stages/learn/model', undefined]))).toEqual([]);
  });

  it('gives no topology when there is an error, and one when there are only warnings', () => {
    const errors = lint(changed(['topics/models/cleanup', 'delete']), {});
    expect(errors.topology).toBeNull();
    const warnings = lint(changed(['topics/spare', {}]), {});
    expect(warnings.problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(warnings.topology).not.toBeNull();
  });

  it('says where, what, and what would be right', () => {
    const text = SHIPPED.replace('alarms: alarms', 'alarms: alarm').replace(
      'http: {',
      'runtime: { drain_deadline_ms: 40000 }\nhttp: {',
    );
    const { problems } = lint(text, {});
    expect(problems.map(problem => formatProblem('t.yaml', problem))).toEqual([
      expect.stringMatching(
        /^t\.yaml:\d+:15: error: `topics` does not declare `alarm`\. Did you mean `alarms`\? \[topic-undeclared\]$/,
      ),
      expect.stringMatching(/^t\.yaml:\d+:9: error: No stage writes `alarms`, so .* \[topic-unwritten\]$/),
      expect.stringMatching(
        /^t\.yaml:\d+:31: error: The drain deadline of 40000 ms is not below `session_timeout_ms`, 30000 ms\. Shorten /,
      ),
    ]);
  });

  it('wants a window that can be transformed, and a warm-up longer than a jump of the clock', () => {
    expect(found(changed(['stages/listen/log_mel/n_fft', 2047]))).toEqual([
      'log-mel-shape stages.listen.log_mel.n_fft',
    ]);
    expect(found(changed(['stages/listen/log_mel/n_fft', 4096]))).toEqual([]);
    expect(found(changed(['stages/listen/clock_jump_secs', 1]))).toEqual([
      'warm-up-range stages.listen.warmup_secs',
    ]);
  });

  it('reports a problem of the defaults once, not for every sensor', () => {
    const sensors = { a: { hysteresis_db: 2 }, b: {}, c: { threshold_db: 90 } };
    expect(found(changed(['sensors/defaults/threshold_db', 85], ['sensors/by_id', sensors]))).toEqual([
      'threshold-looks-db-spl sensors.defaults.threshold_db',
      'threshold-looks-db-spl sensors.by_id.c.threshold_db',
    ]);
  });

  it('judges a sensor by its settings and the defaults together', () => {
    const change: Change = ['sensors/by_id', { a: { calibration_db_spl: 80 } }];
    expect(found(changed(['sensors/defaults/threshold_db', 90], change))).toContain(
      'threshold-unreachable sensors.by_id.a.threshold_db',
    );
  });

  it('lets a topology without a learning stage use models that were trained elsewhere', () => {
    expect(found(changed(['stages/learn', undefined]))).toEqual([]);
  });

  it('sends passwords unencrypted to this machine only', () => {
    const store = (url: string): Change => ['store', { type: 'clickhouse', url, password: `\${PW:-x}` }];
    for (const url of [
      'http://localhost:8123',
      'http://127.0.0.1:8123/x',
      'http://[::1]:8123',
      'https://db:8443',
    ])
      expect(found(changed(store(url)))).toEqual([]);
    for (const url of ['http://db:8123', 'http://localhost.example', 'http://127.0.0.1.example:80'])
      expect(found(changed(store(url)))).toEqual(['password-in-clear store.url']);
  });

  it('survives any value in any place, and says a place in the file for whatever is wrong with it', () => {
    const paths: string[] = [];
    const collect = (value: unknown, path: string): void => {
      if (path) paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) collect(inner, path ? `${path}/${key}` : key);
    };
    collect(parseDocument(SHIPPED).toJS(), '');
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(`\${X}`, `\${`, '__proto__', {}, [], null),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, wrong) => {
        const text = changed([path, wrong]);
        const lines = text.split('\n');
        const { topology, problems } = lint(text, { X: '1' });
        expect(topology === null).toBe(problems.some(({ severity }) => severity === 'error'));
        for (const { line, column, message } of problems) {
          expect(lines[line - 1]?.length).toBeGreaterThanOrEqual(column - 1);
          expect(message).not.toMatch(/undefined|NaN|\[object/);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('shows no password, whatever is wrong', () => {
    const url = 'http://anna:hunter2@db:8123';
    const { problems } = lint(changed(['store', { type: 'clickhouse', url, password: 'hunter2' }]), {});
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('the catalogue of rules', () => {
  it('explains each rule in sentences', () => {
    for (const { about } of Object.values(RULES)) expect(about).toMatch(/^[A-Z`].*\.$/s);
  });

  it('has a case here for each rule', () => {
    expect([...Object.keys(CASES), 'yaml-syntax'].sort()).toEqual(Object.keys(RULES).sort());
  });

  it('agrees with docs/reference/lint.md (write it again with: npx vitest run src/topology -u)', async () => {
    await expect(renderLintPage()).toMatchFileSnapshot('../../docs/reference/lint.md');
  });
});
