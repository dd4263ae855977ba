import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OutgoingMessage } from '../broker/port.js';
import { prepareBackend } from '../nn/backend/prepare-backend.js';
import type { TakenPicture } from '../simulation/camera-recorder.js';
import { PLANT_CALIBRATION_DB_SPL, PLANT_RATE_HZ, plantMicrophones } from '../simulation/plant.js';
import { plantCamera } from '../simulation/plant-camera.js';
import { plantMachines } from '../simulation/plant-machines.js';
import type { PlantMedium } from '../simulation/plant-recorder.js';
import { loadPlantSounds } from '../simulation/plant-sounds.js';
import { type PlantClock, type PlayOptions, playPlant } from '../simulation/play-plant.js';
import type { CameraSpec } from '../simulation/simulated-camera.js';
import type { DefectKind } from '../simulation/surface-defects.js';
import { exponentialBackoff, retrying } from '../stream/retry.js';
import { createLog, type Log } from '../telemetry/log.js';
import { type RunningTopology, startTopology } from '../topology/running.js';
import type { Topology } from '../topology/topology.js';
import { countRun, openDemoDirectory } from './demo-directory.js';
import { DemoPicture } from './demo-picture.js';
import { countRows } from './demo-queries.js';
import type { DemoReport } from './demo-report.js';
import { Showing } from './demo-showing.js';
import { type DemoSummary, summarize } from './demo-summary.js';
import { demoTopology } from './demo-topology.js';

export interface DemoOptions {
  readonly microphones: number;
  /** How long the plant runs; null: until `signal` aborts. */
  readonly forSecs: number | null;
  readonly dataDir: string;
  /** Whether to delete what earlier runs left. */
  readonly fresh: boolean;
  readonly version: string;
  /** Ends the plant; what was heard is still worked on. */
  readonly signal: AbortSignal;
  /** How long that may take; the rest is left to the next run. Default a minute. */
  readonly drainMs?: number;
  readonly clock: PlantClock;
}

const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));
const TOPICS: Readonly<Record<PlantMedium, string>> = { sound: 'audio.raw', images: 'image.raw' };

/** A busy machine may still train the network. */
const DRAIN_MS = 60_000;

/**
 * Runs the simulated plant and the topology that listens to it and looks at it, tells `report` about it, and ends with what is stored.
 * Sets TensorFlow up before, for the network that learns the groups; where that fails a mixture learns them.
 * @throws PlantsenseError PARAMETER_INVALID, DATA_DIR_IN_USE, and whatever ends the topology; the signal's reason when it
 *   aborts before the plant has begun
 */
export async function runDemo(options: DemoOptions, report: DemoReport): Promise<void> {
  const { microphones, forSecs, version, signal } = options;
  const directory = await openDemoDirectory(options.dataDir, options.fresh);
  const { path: dataDir, logFile, runs } = directory;
  const cameras = [plantCamera()];
  const plan = {
    ...{ microphones, machines: plantMachines().length, cameras: cameras.length },
    ...{ forSecs, dataDir, logFile },
  };
  report.announce(plan);
  const noNetwork = await prepareBackend(line => report.preparing(line));
  // Only a network knows how a machine sounds.
  const machines = noNetwork === null ? plantMachines() : [];
  signal.throwIfAborted();
  const at = { sampleRateHz: PLANT_RATE_HZ, calibrationDbSpl: PLANT_CALIBRATION_DB_SPL };
  const [sounds, topology] = await Promise.all([
    loadPlantSounds(SAMPLES, at),
    demoTopology(dataDir, noNetwork === null),
  ]);
  const places = plantMicrophones(microphones, sounds);
  const picture = new DemoPicture(
    places.map(({ sensor }) => sensor),
    machines.map(({ sensor }) => sensor),
    cameras.map(({ sensor }) => sensor),
  );
  const logging = openLog(logFile);
  try {
    const running = await startTopology({ topology, log: logging.log, version });
    let summary: DemoSummary;
    try {
      await countRun(directory);
      const before = await countRows(running.store);
      const { httpUrl, storeUrl } = running;
      const { thresholdDb } = topology.sensors.defaults;
      const earlierEvents = before.get('events') ?? 0;
      report.started(
        { ...plan, machines: machines.length, thresholdDb, earlierEvents, noNetwork, httpUrl, storeUrl },
        picture,
      );
      // Another seed each run, so that the second is not the first again.
      const plant = { microphones: [...places, ...machines], cameras, seed: runs + 1 };
      const complete = await playAndShow(running, plant, {
        ...options,
        picture,
        report,
        topology,
        log: logging.log,
      });
      summary = await summarize(running.store, before, picture, newKinds(cameras), complete);
    } finally {
      report.close();
      await running.stop();
    }
    await report.summary(summary, dataDir);
  } finally {
    logging.close();
  }
}

interface Play extends Pick<DemoOptions, 'forSecs' | 'drainMs' | 'signal' | 'clock'> {
  readonly picture: DemoPicture;
  readonly report: DemoReport;
  readonly topology: Topology;
  readonly log: Log;
}

/**
 * From the first sound until all that was heard is in the store.
 * @returns false when that took too long
 */
async function playAndShow(
  running: RunningTopology,
  plant: Pick<PlayOptions, 'microphones' | 'cameras' | 'seed'>,
  { forSecs, drainMs = DRAIN_MS, signal, clock, picture, report, topology, log }: Play,
): Promise<boolean> {
  const eventsNeeded = eventsOfFirstModel(topology);
  const showing = new Showing({ running, picture, eventsNeeded, clock, log, report });
  const producer = await running.broker.producer();
  const end = new AbortController();
  const over = AbortSignal.any([signal, end.signal]);
  try {
    if (forSecs !== null) void clock.until(clock.nowUs() + forSecs * 1e6, over).then(() => end.abort());
    const send = (medium: PlantMedium, messages: readonly OutgoingMessage[]) =>
      retrying(() => producer.send(TOPICS[medium], messages), { backoff: exponentialBackoff });
    const tellTruth = (taken: TakenPicture) => picture.takeTruth(taken);
    const playing = playPlant({ ...plant, clock, send, tellTruth, signal: over });
    playing.catch(() => {});
    // A topology that fails ends the plant.
    await Promise.race([playing, running.done]);
    picture.phase = 'the plant has stopped; what it said is worked on to the end';
    await running.untilCaughtUp(AbortSignal.timeout(drainMs));
    return await running.caughtUp();
  } finally {
    end.abort();
    await showing.end();
    await producer.close();
  }
}

/** What cameras do not see from the beginning on. */
function newKinds(cameras: readonly CameraSpec[]): DefectKind[] {
  return cameras.flatMap(({ defects }) =>
    defects.filter(({ fromSecs }) => fromSecs > 0).map(({ kind }) => kind),
  );
}

function eventsOfFirstModel({ stages }: Topology): number {
  for (const stage of stages.values()) if (stage.type === 'noise_learn') return stage.firstAfterEvents;
  return 0;
}

/** A log in a file: a person in front of the view wants no lines of it. */
function openLog(path: string): { readonly log: Log; close(): void } {
  const file = openSync(path, 'a');
  let isOpen = true;
  const write = (text: string) => {
    try {
      // What is closed last, such as a thread, may still have something to say.
      if (isOpen) writeSync(file, text);
    } catch {
      // A disk that is full of sound must not end the demo for its log.
    }
  };
  return {
    log: createLog({ format: 'json', stream: { write } }),
    close: () => {
      isOpen = false;
      closeSync(file);
    },
  };
}
