import type { AnyRecord } from '../records/codec.js';
import type { DemoPicture } from './demo-picture.js';
import type { DemoSummary } from './demo-summary.js';

/** What is known when the plant begins. */
export interface DemoStart {
  readonly microphones: number;
  /** Machines with a microphone of their own, beside those; none where no network can learn. */
  readonly machines: number;
  readonly cameras: number;
  readonly forSecs: number | null;
  readonly dataDir: string;
  readonly logFile: string;
  /** A sound is an event from this level on. */
  readonly thresholdDb: number;
  /** Events of earlier runs. */
  readonly earlierEvents: number;
  /** Why no network can learn here, so that a mixture does and machines are left out; null when one can. */
  readonly noNetwork: string | null;
  readonly storeUrl: string;
  readonly httpUrl: string | null;
}

/** Where a run is. */
export interface DemoMoment {
  readonly nowUs: number;
  readonly elapsedSecs: number;
}

/** Tells somebody what the demo does: a person at a terminal, a person with a log, or a program. */
export interface DemoReport {
  /** Before anything happens. */
  announce(
    plan: Pick<DemoStart, 'microphones' | 'machines' | 'cameras' | 'forSecs' | 'dataDir' | 'logFile'>,
  ): void;
  /** What is done before the plant begins, line by line; nothing when all is there. */
  preparing(line: string): void;
  started(start: DemoStart, picture: DemoPicture): void;
  /** A record came through a topic. */
  record(record: AnyRecord, picture: DemoPicture): void;
  /** Several times a second. */
  tick(moment: DemoMoment, picture: DemoPicture): void;
  /** The plant has stopped and nothing more will be shown; also after an error, and more than once. */
  close(): void;
  summary(summary: DemoSummary, dataDir: string): Promise<void>;
}
