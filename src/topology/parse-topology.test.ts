import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseTopology } from './parse-topology.js';
import { formatProblem } from './problem.js';
import { groupName } from './topology.js';

const SHIPPED = readFileSync(new URL('../../topologies/noise-clustering.yaml', import.meta.url), 'utf8');

/** A small topology with a place for more: stages are given, what is appended is at the top level. */
const SMALL = `name: small
topics: { in: {}, out: {}, bad: {} }
stages:
  listen: { type: store, inputs: [in], outputs: { dead_letter: bad } }
`;

function problems(text: string, env = {}) {
  return parseTopology(text, env).problems.map(problem => formatProblem('t.yaml', problem));
}

function parsed(text: string, env = {}) {
  const { value, problems: found } = parseTopology(text, env);
  expect(found).toEqual([]);
  if (!value) throw new Error('no topology');
  return value;
}

describe('parseTopology', () => {
  it('parses the shipped topology and fills in every default', () => {
    const topology = parsed(SHIPPED);
    expect(topology.broker).toEqual({ type: 'embedded' });
    expect(topology.dataDir).toBe('.plantsense');
    expect(topology.topics.get('models')).toMatchObject({ cleanup: 'compact', partitions: 1 });
    expect(topology.stages.get('listen')).toMatchObject({
      type: 'noise_events',
      gridSecs: 10,
      workers: 'auto',
      logMel: { sampleRateHz: 22_050, nFft: 2048, nMels: 128, ref: 'max', topDb: 80, padding: 'zero' },
    });
    expect(topology.sensors.defaults).toMatchObject({ calibrationDbSpl: null, thresholdDb: -30 });
    expect(topology.sensors.byId.size).toBe(0);
    expect(topology.runtime.drainDeadlineMs).toBe(20_000);
    expect(groupName(topology, 'listen')).toBe('plantsense.noise-clustering.listen');
  });

  it('keeps names that the user chose as they are, also names that objects already have', () => {
    const { topics, sensors } = parsed(
      `${SMALL.replace('in: {}', 'in: {}, some_topic: {}, constructor: {}')}sensors: { by_id: { mic_hall_1: {}, 42: {}, toString: {} } }`,
    );
    expect([...topics.keys()]).toEqual(['in', 'some_topic', 'constructor', 'out', 'bad']);
    expect([...sensors.byId.keys()].sort()).toEqual(['42', 'mic_hall_1', 'toString']);
  });

  it('refuses a name that would poison objects or get lost', () => {
    expect(problems(SMALL.replace('in: {}', 'in: {}, __proto__: { partitions: 7 }'))).toEqual([
      "t.yaml:2:19: error: `__proto__` can't be a name. Choose another one. [invalid-value]",
    ]);
    expect(({} as Record<string, unknown>).partitions).toBeUndefined();
  });

  it('finds all problems at once, each with its line, its column, and a suggestion', () => {
    const text = `name: Small
topics:
  in: { partitons: 4 }
  out: { max_message_mib: 1 }
  bad/topic: {}
sensors:
  defaults: { treshold_db: -40, weighting: B, clips: { mode: on } }
stages:
  listen: { type: noise_event }
  keep: { type: store, inputs: in, flush_secs: -1, grid_secs: 10 }
runtime: { drain_deadline_secs: 20 }
htp: {}
`;
    expect(problems(text)).toEqual([
      't.yaml:1:7: error: `name` must be a name: a small letter, then small letters, digits and dashes, up to 63, not "Small". [invalid-value]',
      't.yaml:3:9: error: There is no option `partitons` in `topics.in`. Did you mean `partitions`? [unknown-key]',
      't.yaml:4:10: error: `max_message_mib` has the wrong unit. Use `max_message_bytes: 1048576`. [wrong-unit]',
      't.yaml:5:3: error: "bad/topic" can\'t be a name in `topics`. It must be a topic name of letters, digits, dots, dashes and underscores. [invalid-value]',
      't.yaml:7:15: error: There is no option `treshold_db` in `sensors.defaults`. Did you mean `threshold_db`? [unknown-key]',
      't.yaml:7:44: error: `weighting` must be `A`, `C` or `Z`, not "B". [invalid-value]',
      't.yaml:7:62: error: `mode` must be `off`, `full` or `band_limited`, not "on". [invalid-value]',
      't.yaml:9:19: error: `type` must be `noise_events`, `noise_assign`, `noise_learn`, `machine_residual`, `machine_learn`, `image_features`, `image_assign`, `image_learn` or `store`, not "noise_event". Did you mean `noise_events`? [invalid-value]',
      't.yaml:10:3: error: `outputs` is missing in `stages.keep`; it must be a group of options. [missing-option]',
      't.yaml:10:32: error: `inputs` must be a list, not "in". [invalid-value]',
      't.yaml:10:48: error: `flush_secs` must be a number of seconds from 0.05 to 60, not -1. [invalid-value]',
      't.yaml:10:52: error: There is no option `grid_secs` in `stages.keep`. It belongs in `stages.*`. [unknown-key]',
      't.yaml:11:12: error: `drain_deadline_secs` has the wrong unit. Use `drain_deadline_ms: 20000`. [wrong-unit]',
      't.yaml:12:1: error: There is no option `htp` at the top of the file. Did you mean `http`? [unknown-key]',
    ]);
  });

  it('says what is missing, also in an empty file and in one that is no mapping', () => {
    expect(problems('name: x')).toEqual([
      't.yaml:1:1: error: `topics` is missing at the top of the file; it must be a group of options. [missing-option]',
      't.yaml:1:1: error: `stages` is missing at the top of the file; it must be a group of options. [missing-option]',
    ]);
    for (const text of ['', '# nothing', '- a', 'just text'])
      expect(problems(text)).toEqual([expect.stringMatching(/The file must be a group of options, not /)]);
  });

  it('reports every syntax error, a key given twice, and a second document', () => {
    expect(problems('a: [1\nb: }')).toEqual([
      expect.stringMatching(/^t\.yaml:\d+:\d+: error: This is not valid YAML/),
      expect.stringMatching(/^t\.yaml:\d+:\d+: error: This is not valid YAML/),
    ]);
    expect(problems(`${SMALL}name: again`)).toEqual([
      expect.stringMatching(/^t\.yaml:5:1: .*unique.*\[yaml-syntax\]$/),
    ]);
    expect(problems(`${SMALL}---\nname: x`)).toEqual([expect.stringMatching(/\[yaml-syntax\]$/)]);
  });

  it('does not follow a bomb of aliases', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(problems(bomb.join('\n'))).toEqual([expect.stringMatching(/aliases can't be followed/)]);
  });

  it('shares settings by anchors and merge keys, and points at the merged mapping when they are wrong', () => {
    const text = (key: string) =>
      `${SMALL}sensors:\n  by_id:\n    a: &loud { ${key}: -10 }\n    b: { <<: *loud, hysteresis_db: 6 }\n`;
    expect(parsed(text('threshold_db')).sensors.byId.get('b')).toEqual({ thresholdDb: -10, hysteresisDb: 6 });
    expect(problems(text('threshold_dbfs'))).toEqual([
      expect.stringMatching(/^t\.yaml:7:16: .*`threshold_db`/),
      expect.stringMatching(/^t\.yaml:8:8: .*`threshold_db`/),
    ]);
  });

  it('accepts numbers that are not finite nowhere', () => {
    for (const value of ['.inf', '.nan', '1e999'])
      expect(problems(`${SMALL}http: { port: ${value} }`)).toEqual([expect.stringMatching(/`port` must be/)]);
  });
});

describe('environment variables in a topology', () => {
  it('fills in texts, and numbers and booleans where those are wanted', () => {
    const text = `${SMALL}data_dir: \${DIR:-/var/lib/plantsense}
http: { host: "\${HOST}", port: "\${PORT}" }
sensors: { defaults: { threshold_db: "-\${DB}", third_octaves: "\${BANDS:-true}", calibration_db_spl: "\${CAL:-null}" } }
store: { type: "\${STORE:-clickhouse}", url: "http://\${HOST}:8123", database: "d\${PORT}" }
`;
    const topology = parsed(text, { HOST: 'db', PORT: '9999', DB: '12.5' });
    expect(topology.http).toEqual({ host: 'db', port: 9999 });
    expect(topology.dataDir).toBe('/var/lib/plantsense');
    expect(topology.sensors.defaults).toMatchObject({
      thresholdDb: -12.5,
      thirdOctaves: true,
      calibrationDbSpl: null,
    });
    expect(topology.store).toMatchObject({ url: 'http://db:8123', database: 'd9999' });
  });

  it('keeps a text a text, however much like a number it looks', () => {
    const text = `${SMALL}store: { type: clickhouse, url: "http://h", username: "\${U}", password: "\${P}" }`;
    const { store } = parsed(text, { U: '0123', P: '1e5' });
    expect(store).toMatchObject({ username: '0123' });
    expect(store.type === 'clickhouse' && store.password.reveal()).toBe('1e5');
  });

  it('takes brokers from one variable, separated by commas', () => {
    const { broker } = parsed(`${SMALL}broker: { type: kafka, brokers: "\${B}" }`, { B: 'a:9092,b:9092' });
    expect(broker).toMatchObject({ brokers: ['a:9092', 'b:9092'], clientId: 'plantsense' });
  });

  it('lets no variable add options', () => {
    const topology = parsed(`${SMALL}data_dir: \${DIR}`, { DIR: 'x\nhttp: { port: 1 }' });
    expect(topology.dataDir).toBe('x\nhttp: { port: 1 }');
    expect(topology.http.port).toBe(9464);
  });

  it('says where a variable is missing or a reference is malformed, beside the other problems', () => {
    expect(problems(`${SMALL}data_dir: \${DIR}\nhttp: { host: "\${1}", prot: 1 }`)).toEqual([
      `t.yaml:5:11: error: The environment variable DIR is not set. Set it, or give a default: \${DIR:-value}. [env-missing]`,
      `t.yaml:6:15: error: \`\${1}\` is no reference to an environment variable. Write \${NAME} or \${NAME:-default}, and $$ for a dollar sign. [env-malformed]`,
      't.yaml:6:23: error: There is no option `prot` in `http`. Did you mean `port`? [unknown-key]',
    ]);
  });

  it('shows the reference, not what it gave, when the value is wrong', () => {
    const [problem] = problems(`${SMALL}http: { port: "\${PORT}" }`, { PORT: 'hunter2' });
    expect(problem).toContain(`not what \`\${PORT}\` gives`);
    expect(problem).not.toContain('hunter2');
  });
});

describe('secrets in a topology', () => {
  const text = `${SMALL}broker: { type: kafka, brokers: [h:1], sasl: { mechanism: plain, username: anna, password: hunter2 } }
store: { type: clickhouse, url: "http://h", password: hunter2 }
`;

  it('are never printed with it', () => {
    const topology = parsed(text);
    for (const shown of [
      JSON.stringify(topology),
      inspect(topology, { depth: null, showHidden: true }),
      `${topology}`,
    ])
      expect(shown).not.toContain('hunter2');
    expect(topology.broker.type === 'kafka' && topology.broker.sasl?.password.reveal()).toBe('hunter2');
  });

  it('are not printed in problems', () => {
    const wrong = text.replaceAll('password: hunter2', 'password: [hunter2]');
    expect(problems(wrong)).toEqual([
      expect.stringContaining('`password` must be a text, not what is given.'),
      expect.stringContaining('`password` must be a text, not what is given.'),
    ]);
    expect(problems(text.replaceAll('password:', 'pasword:')).join()).not.toContain('hunter2');
  });
});
