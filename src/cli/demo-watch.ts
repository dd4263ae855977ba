import { classify } from '../errors.js';
import type { AnyRecord } from '../records/codec.js';
import { decodeAny } from '../records/codec.js';
import { followTopic } from '../stages/follow-topic.js';
import type { Log } from '../telemetry/log.js';
import type { RunningTopology } from '../topology/running.js';
import type { DemoPicture, Flow } from './demo-picture.js';
import { countRows, recentDelay } from './demo-queries.js';

export interface WatchOptions {
  readonly running: RunningTopology;
  readonly picture: DemoPicture;
  /** Events that the first model is learnt from. */
  readonly eventsNeeded: number;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Told of each record after the picture has taken it. */
  readonly onRecord: (record: AnyRecord) => void;
}

/** Topics that are followed. Models are read from the beginning: the current one may be of an earlier run. */
const TOPICS = [
  ['models', 'earliest'],
  ['machine.models', 'earliest'],
  ['image.models', 'earliest'],
  ['noise.levels', 'latest'],
  ['noise.events', 'latest'],
  ['noise.assignments', 'latest'],
  ['machine.scores', 'latest'],
  ['image.assignments', 'latest'],
  ['alarms', 'latest'],
] as const;

/** The stage that hears everything, for the throughput. */
const LISTEN = 'listen';
/** The stage that sees everything. */
const LOOK = 'look';
const LEARN = 'learn';
const LEARN_MACHINES = 'learn-machines';
const LEARN_IMAGES = 'learn-images';
/** Stages that read a window now and then: what they have not read is no lag. */
const LEARNERS: ReadonlySet<string> = new Set([LEARN, LEARN_MACHINES, LEARN_IMAGES]);
const FEATURES = 'features.noise';
/** Throughput is a mean over this many looks. */
const LOOKS = 5;

interface Look {
  readonly atMs: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly images: number;
}

/** Keeps a picture of a running topology up to date: from its topics as records come, from its metrics by `look`. */
export class DemoWatch {
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>[];
  readonly #looks: Look[] = [];
  /** The looks that are under way: one of each kind at a time. */
  readonly #looking = new Map<string, Promise<void>>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#following = TOPICS.map(([topic, from]) => this.#follow(topic, from));
  }

  /** Reads metrics and counts rows. A store that doesn't answer holds up nothing else. */
  async look(): Promise<void> {
    await Promise.all([
      this.#once('stages', () => this.#lookAtStages()),
      this.#once('store', () => this.#lookAtStore()),
    ]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#following, ...this.#looking.values()]);
  }

  #once(kind: string, look: () => Promise<void>): Promise<void> {
    const underWay = this.#looking.get(kind);
    if (underWay) return underWay;
    const looking = look()
      .catch(error => this.#failed(error, `The demo could not look at the ${kind}.`))
      .finally(() => this.#looking.delete(kind));
    this.#looking.set(kind, looking);
    return looking;
  }

  async #follow(topic: string, from: 'earliest' | 'latest'): Promise<void> {
    const { running, picture, onRecord } = this.#options;
    try {
      for await (const messages of followTopic(running.broker, topic, from, this.#stop.signal)) {
        for (const { value } of messages) {
          if (value === null) continue;
          const record = decodeAny(value);
          picture.take(record);
          onRecord(record);
        }
      }
    } catch (error) {
      this.#failed(error, `The demo no longer follows ${topic}.`);
    }
  }

  async #lookAtStages(): Promise<void> {
    const { running, picture, eventsNeeded, nowMs } = this.#options;
    const { metrics, stages, broker } = running;
    for (const { labels, value } of (await metrics.sensorNotices.get()).values)
      picture.takeNotice(String(labels.sensor), String(labels.kind), value, nowMs());

    this.#looks.push({
      atMs: nowMs(),
      chunks: await total(metrics.receivedEvents, LISTEN),
      bytes: await total(metrics.receivedBytes, LISTEN),
      images: await total(metrics.receivedEvents, LOOK),
    });
    if (this.#looks.length > LOOKS + 1) this.#looks.shift();
    // Stages start from the last one of the flow on.
    const lag = [...stages]
      .map(([name, { lanes }]) => [name, lanes.reduce((sum, lane) => sum + lane.lag, 0)] as const)
      .filter(([name]) => !LEARNERS.has(name))
      .reverse();
    picture.flow = { ...picture.flow, ...rates(this.#looks), lag: new Map(lag) };

    const offsets = await broker.admin.offsets(FEATURES);
    const events = offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
    picture.learning = { events, eventsNeeded, detail: stages.get(LEARN)?.detail ?? null };
    picture.machineLearning = stages.get(LEARN_MACHINES)?.detail ?? null;
    picture.imageLearning = stages.get(LEARN_IMAGES)?.detail ?? null;
  }

  async #lookAtStore(): Promise<void> {
    const { running, picture } = this.#options;
    try {
      const [rows, delaySecs] = await Promise.all([countRows(running.store), recentDelay(running.store)]);
      picture.flow = { ...picture.flow, rows, delaySecs: delaySecs ?? picture.flow.delaySecs };
      picture.storeAnswers = true;
    } catch (error) {
      picture.storeAnswers = false;
      throw error;
    }
  }

  /** The view is not what the demo is about: what it can't see is logged, and the plant runs on. */
  #failed(error: unknown, message: string): void {
    if (this.#stop.signal.aborted) return;
    this.#options.log[classify(error) === 'retryable' ? 'debug' : 'warn']({ err: error }, message);
  }
}

function rates(looks: readonly Look[]): Pick<Flow, 'chunksPerSec' | 'bytesPerSec' | 'imagesPerSec'> {
  const [first, last] = [looks[0]!, looks.at(-1)!];
  const secs = (last.atMs - first.atMs) / 1000;
  if (secs <= 0) return { chunksPerSec: 0, bytesPerSec: 0, imagesPerSec: 0 };
  return {
    chunksPerSec: (last.chunks - first.chunks) / secs,
    bytesPerSec: (last.bytes - first.bytes) / secs,
    imagesPerSec: (last.images - first.images) / secs,
  };
}

/** A counter's value for one stage. */
async function total(
  counter: {
    get(): Promise<{ values: { labels: Partial<Record<string, string | number>>; value: number }[] }>;
  },
  stage: string,
): Promise<number> {
  const { values } = await counter.get();
  return values.reduce((sum, { labels, value }) => (labels.stage === stage ? sum + value : sum), 0);
}
