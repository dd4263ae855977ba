import type { EvidenceTotals } from '../anomaly/alarm-evidence.js';
import type { DetectorResumePoint, OpenAlarm } from '../anomaly/detector.js';
import type { MachineResumePoint } from '../anomaly/machine-monitor.js';
import { ByteReader, ByteWriter } from '../stream/byte-codec.js';

/** What a commit notes of a machine. */
export interface MachineNote {
  /** Of its monitor. */
  readonly point: MachineResumePoint;
  /** What the open alarms were judged by, should nothing more be heard of the machine; null without an open alarm. */
  readonly model: { readonly version: string; readonly alphas: readonly number[] } | null;
}

/** Some twenty bytes, some eighty more with an open alarm. Times are written as differences. */
export function encodeMachineNote({ point, model }: MachineNote): Uint8Array {
  const { replayFromUs, detectors } = point;
  const out = new ByteWriter();
  out.text(model?.version ?? '');
  out.varint(replayFromUs);
  for (const [i, { sinceUs, replayFromUs: ownUs, alarm }] of detectors.entries()) {
    if (model) out.double(model.alphas[i]!);
    out.varint(sinceUs - replayFromUs);
    out.varint(ownUs - replayFromUs);
    out.byte(alarm === null ? NO_ALARM : INTERRUPTED_BY.indexOf(alarm.interruptedBy));
    if (alarm !== null) writeAlarm(out, alarm, replayFromUs);
  }
  return out.bytes;
}

/**
 * @param names of the monitor's detectors, in their order
 * @returns null when the note is of another number of detectors
 * @throws PlantsenseError CHECKPOINT_INVALID
 */
export function decodeMachineNote(note: Uint8Array, names: readonly string[]): MachineNote | null {
  const input = new ByteReader(note);
  const version = input.text();
  const replayFromUs = input.varint();
  const detectors: DetectorResumePoint[] = [];
  const alphas: number[] = [];
  while (!input.isAtEnd) {
    if (version !== '') alphas.push(input.double());
    const sinceUs = replayFromUs + input.varint();
    const ownUs = replayFromUs + input.varint();
    const flag = input.byte();
    const alarm = flag === NO_ALARM ? null : readAlarm(input, INTERRUPTED_BY[flag] ?? null, replayFromUs);
    detectors.push({ name: names[detectors.length] ?? '', sinceUs, replayFromUs: ownUs, alarm });
  }
  if (detectors.length !== names.length) return null;
  return { point: { replayFromUs, detectors }, model: version === '' ? null : { version, alphas } };
}

const NO_ALARM = 255;
const INTERRUPTED_BY: readonly OpenAlarm['interruptedBy'][] = [null, 'off', 'gap'];

function writeAlarm(out: ByteWriter, { openedUs, totals, fellUs, lastMeanUs }: OpenAlarm, baseUs: number) {
  for (const us of [openedUs, totals.firstUs, totals.lastUs, totals.peakUs, lastMeanUs])
    out.signed(us - baseUs);
  out.varint(totals.segments);
  for (const value of [totals.peakResidual, totals.peakScore, totals.scoreSum]) out.double(value);
  out.byte(fellUs === null ? 0 : 1);
  if (fellUs !== null) out.signed(fellUs - baseUs);
}

function readAlarm(input: ByteReader, interruptedBy: OpenAlarm['interruptedBy'], baseUs: number): OpenAlarm {
  const time = () => baseUs + input.signed();
  const [openedUs, firstUs, lastUs, peakUs, lastMeanUs] = [time(), time(), time(), time(), time()];
  const segments = input.varint();
  const [peakResidual, peakScore, scoreSum] = [input.double(), input.double(), input.double()];
  const totals: EvidenceTotals = { firstUs, lastUs, segments, peakResidual, peakUs, peakScore, scoreSum };
  return { openedUs, totals, fellUs: input.byte() === 0 ? null : time(), lastMeanUs, interruptedBy };
}
