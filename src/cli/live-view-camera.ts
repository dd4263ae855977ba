import { type CameraPicture, type GroupedPicture, NOVEL } from './camera-picture.js';
import { count } from './live-view-format.js';
import { field, type Span, type Style } from './live-view-text.js';

/** What the rows of cameras show besides their picture. */
export interface CameraViewContext {
  readonly columns: number;
  readonly nameColumns: number;
  readonly imagesPerSec: number;
  /** What is under way while there is no model; null when nothing is known. */
  readonly learning: string | null;
  readonly groupStyle: (group: number) => Style;
}

/** Columns beside the pictures: how many a second, and the groups. */
const BESIDE_PICTURES = 68;
const FEWEST_PICTURES = 10;
const MOST_PICTURES = 60;

/** A line for each camera: a square in the colour of its group for each picture, and the groups with how many they hold. */
export function cameraLines(cameras: readonly CameraPicture[], context: CameraViewContext): Span[][] {
  return cameras.map(camera => cameraLine(camera, context));
}

function cameraLine(camera: CameraPicture, context: CameraViewContext): Span[] {
  const { columns, nameColumns, imagesPerSec, learning, groupStyle } = context;
  const name = `${field(camera.sensor, nameColumns)}  `;
  const rate = `${imagesPerSec.toFixed(1)} images/s  `;
  if (camera.images === 0) return [name, rate, [learning ?? 'no model yet', 'dim']];
  const width = Math.max(FEWEST_PICTURES, Math.min(MOST_PICTURES, columns - nameColumns - BESIDE_PICTURES));
  const latest = camera.latest.slice(-width);
  return [
    name,
    ' '.repeat(width - latest.length),
    ...latest.map(picture => square(picture, groupStyle)),
    `  ${rate}`,
    ...groups(camera, groupStyle),
  ];
}

function square({ path: [group] }: GroupedPicture, groupStyle: CameraViewContext['groupStyle']): Span {
  return group === undefined ? ['◆', 'red'] : ['■', groupStyle(group)];
}

/** Groups of the first level; sub-groups have their colour. */
function groups(camera: CameraPicture, groupStyle: CameraViewContext['groupStyle']): Span[] {
  return camera
    .sortedGroups()
    .flatMap(([name, { images }]): Span[] =>
      name === NOVEL
        ? [['◆ novel', 'red'], ` ${count(images)}`]
        : [[`■ ${name}`, groupStyle(Number.parseInt(name, 10))], ` ${count(images)}  `],
    );
}
