import { groupColour, LEVELS, levelPalette } from '../../picture/colours.js';
import { MUTED } from '../../picture/style.js';
import { element, placed, text } from '../../picture/svg.js';
import { palettePng } from './png.js';

const PANEL = { width: 168, height: 72 };
const CAPTION = 18;
const GAP = { x: 12, y: 10 };
const COLUMNS = 5;
/** For the ends of the axis of frequency. */
const GUTTER = 52;
/** For the ends of the axis of time. */
const FOOT = 14;
/** A narrower pixel is not seen. */
const PIXELS = { frames: 176, bands: 144 };

export const PANELS_WIDTH = GUTTER + COLUMNS * PANEL.width + (COLUMNS - 1) * GAP.x;

/** What the axes of a spectrogram are. */
export interface SpectrogramAxes {
  /** What all are as long as; null when they are not. */
  readonly durationSecs: number | null;
  readonly fminHz: number;
  readonly fmaxHz: number;
  /** Of levels, such as `dB re maximum`. */
  readonly levelUnit: string;
}

/** A group to be shown. */
export interface Panel {
  readonly group: number;
  readonly place: number;
  readonly recordings: number;
  /** `[bands, frames]` */
  readonly mean: Float32Array;
}

/** Levels that the darkest and the brightest colour stand for. */
export interface LevelRange {
  readonly low: number;
  readonly high: number;
}

export function panelsHeight(count: number): number {
  return Math.ceil(count / COLUMNS) * (CAPTION + PANEL.height + GAP.y) - GAP.y + FOOT;
}

/** The mean spectrograms of groups: time to the right, frequency upwards. */
export function spectrogramPanels(
  panels: readonly Panel[],
  [bands = 1, frames = 1]: readonly number[],
  { low, high }: LevelRange,
  axes: SpectrogramAxes,
): string {
  const palette = levelPalette();
  return panels
    .map(({ group, place, recordings, mean }, i) => {
      const reduced = reduce(mean, bands, frames);
      const pixels = new Uint8Array(reduced.data.length);
      for (let row = 0; row < reduced.rows; row++)
        for (let col = 0; col < reduced.cols; col++) {
          const level = (reduced.data[row * reduced.cols + col]! - low) / (high - low || 1);
          const at = (reduced.rows - 1 - row) * reduced.cols + col;
          pixels[at] = Math.max(0, Math.min(LEVELS - 1, Math.round(level * (LEVELS - 1))));
        }
      const png = palettePng(pixels, reduced.cols, reduced.rows, palette).toString('base64');
      const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
      const isLowest = i + COLUMNS >= panels.length;
      const content = [
        element('circle', { cx: 5, cy: CAPTION - 9, r: 5, fill: groupColour(place) }),
        text(15, CAPTION - 5, `group ${group}, ${recordings} recording${recordings === 1 ? '' : 's'}`, {
          'font-size': 11,
        }),
        element('image', {
          ...{ y: CAPTION, ...PANEL, preserveAspectRatio: 'none' },
          href: `data:image/png;base64,${png}`,
        }),
        column === 0 ? frequencyAxis(axes) : '',
        isLowest ? timeAxis(axes) : '',
      ].join('');
      const x = GUTTER + column * (PANEL.width + GAP.x);
      return placed(x, row * (CAPTION + PANEL.height + GAP.y), content);
    })
    .join('');
}

/** The colours and the levels that they stand for, `width` wide. */
export function levelBar(width: number, { low, high }: LevelRange, { levelUnit }: SpectrogramAxes): string {
  const palette = levelPalette();
  const png = palettePng(
    Uint8Array.from({ length: LEVELS }, (_, i) => i),
    LEVELS,
    1,
    palette,
  );
  const label = { fill: MUTED, 'font-size': 11 };
  return [
    element('image', {
      ...{ width, height: 10, preserveAspectRatio: 'none' },
      href: `data:image/png;base64,${png.toString('base64')}`,
    }),
    text(0, 22, Math.round(low).toString(), label),
    text(width / 2, 22, levelUnit, { ...label, 'text-anchor': 'middle' }),
    text(width, 22, Math.round(high).toString(), { ...label, 'text-anchor': 'end' }),
  ].join('');
}

function frequencyAxis({ fminHz, fmaxHz }: SpectrogramAxes): string {
  const label = { fill: MUTED, 'font-size': 10, 'text-anchor': 'end' };
  return (
    text(-5, CAPTION + 9, hertz(fmaxHz), label) + text(-5, CAPTION + PANEL.height - 1, hertz(fminHz), label)
  );
}

function timeAxis({ durationSecs }: SpectrogramAxes): string {
  if (durationSecs === null) return '';
  const label = { fill: MUTED, 'font-size': 10 };
  const y = CAPTION + PANEL.height + 11;
  return (
    text(0, y, '0 s', label) + text(PANEL.width, y, `${durationSecs} s`, { ...label, 'text-anchor': 'end' })
  );
}

function hertz(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(1)} kHz` : `${Math.round(value)} Hz`;
}

/** Means of neighbours, so that there are no more pixels than can be seen. */
function reduce(mean: Float32Array, bands: number, frames: number) {
  const [tall, wide] = [Math.ceil(bands / PIXELS.bands), Math.ceil(frames / PIXELS.frames)];
  const [rows, cols] = [Math.ceil(bands / tall), Math.ceil(frames / wide)];
  const data = new Float32Array(rows * cols);
  const counts = new Uint32Array(rows * cols);
  for (let i = 0; i < bands * frames; i++) {
    const at = Math.floor(Math.floor(i / frames) / tall) * cols + Math.floor((i % frames) / wide);
    data[at]! += mean[i]!;
    counts[at]!++;
  }
  return { data: data.map((sum, at) => sum / counts[at]!), rows, cols };
}
