import { adjustedRandScore } from '../cluster/adjusted-rand-score.js';
import type { PictureKind } from '../simulation/simulated-camera.js';
import { type CameraPicture, groupName, NOVEL } from './camera-picture.js';
import { count, counted } from './live-view-format.js';
import { formatTable } from './table.js';

/** What a camera saw in a run, and how its pictures were grouped. */
export interface CameraSummary {
  readonly sensor: string;
  readonly model: string | null;
  readonly images: number;
  /** Groups and sub-groups, novel pictures last: how many pictures, and what is on them. */
  readonly groups: readonly CameraGroup[];
  /** How well groups agree with what is on their pictures: adjusted Rand index, 1 is perfect; null without a group. */
  readonly agreement: number | null;
  /** The kinds of defects that the first model could not know. */
  readonly newKinds: readonly NewKind[];
}

export interface CameraGroup {
  /** `0/2`, or `novel`. */
  readonly path: string;
  readonly images: number;
  readonly kinds: Readonly<Partial<Record<PictureKind, number>>>;
}

/** A kind of defect that came after the plant's beginning. */
export interface NewKind {
  readonly kind: PictureKind;
  /** The first picture of it. */
  readonly firstFrameId: string;
  readonly firstTimeUs: number;
  /** Its group, or `novel`. */
  readonly firstPath: string;
  readonly images: number;
  readonly novelImages: number;
}

/** @param newKinds kinds that come later than the others */
export function cameraSummary(camera: CameraPicture, newKinds: readonly PictureKind[]): CameraSummary {
  const sorted = camera.sortedGroups();
  return {
    sensor: camera.sensor,
    model: camera.model?.version ?? null,
    images: camera.images,
    groups: sorted.map(([path, { images, kinds }]) => ({ path, images, kinds: Object.fromEntries(kinds) })),
    agreement: agreement(sorted.filter(([path]) => path !== NOVEL).map(([, { kinds }]) => kinds)),
    newKinds: newKinds.flatMap(kind => newKind(camera, kind) ?? []),
  };
}

function newKind({ firsts, groups }: CameraPicture, kind: PictureKind): NewKind | null {
  const first = firsts.get(kind);
  if (!first) return null;
  return {
    kind,
    firstFrameId: first.frameId,
    firstTimeUs: first.timeUs,
    firstPath: groupName(first.path),
    images: [...groups.values()].reduce((sum, { kinds }) => sum + (kinds.get(kind) ?? 0), 0),
    novelImages: groups.get(NOVEL)?.kinds.get(kind) ?? 0,
  };
}

function agreement(groups: readonly ReadonlyMap<PictureKind, number>[]): number | null {
  const kinds = [...new Set(groups.flatMap(group => [...group.keys()]))];
  const pictures = groups.flatMap((group, i) =>
    [...group].flatMap(([kind, images]) =>
      new Array<[number, number]>(images).fill([i, kinds.indexOf(kind)]),
    ),
  );
  if (pictures.length === 0) return null;
  return adjustedRandScore(
    pictures.map(([group]) => group),
    pictures.map(([, kind]) => kind),
  );
}

const COLUMNS = ['group', 'pictures', 'what is on them'];

/** For people: a table of the groups, and what became of new kinds of defects. Empty without a picture. */
export function cameraText(camera: CameraSummary): string {
  const { sensor, images, model, groups, agreement, newKinds } = camera;
  if (images === 0) return '';
  const found = model === null ? '' : ` in groups of model ${model}`;
  const agree = agreement === null ? '' : `, agreement with what is on them ${agreement.toFixed(2)} of 1`;
  const rows = groups.map(({ path, images, kinds }) => [path, count(images), kindsText(kinds)]);
  const lines = [
    `${counted(images, 'picture')} of ${sensor}, in this run,${found}${agree}:`,
    ...formatTable(COLUMNS, rows).trimEnd().split('\n').map(indented),
    ...newKinds.map(newKindText).map(indented),
  ];
  return `${lines.join('\n')}\n`;
}

/** The commonest first. */
function kindsText(kinds: CameraGroup['kinds']): string {
  const sorted = Object.entries(kinds).sort(([, a], [, b]) => b - a);
  return sorted.map(([kind, images]) => `${count(images)} ${inWords(kind)}`).join(', ');
}

function newKindText({ kind, firstFrameId, firstTimeUs, firstPath, images, novelImages }: NewKind): string {
  const at = new Date(firstTimeUs / 1000).toISOString().slice(11, 19);
  const became = firstPath === NOVEL ? 'novel' : `put in group ${firstPath}`;
  const first = `${inWords(kind)} came first at ${at} (UTC), as picture ${firstFrameId}, which was ${became}`;
  return `New: ${first}; ${count(novelImages)} of ${counted(images, 'such picture')} were novel.`;
}

function inWords(kind: string): string {
  return kind.replaceAll('_', ' ');
}

function indented(line: string): string {
  return `  ${line}`;
}
