import { NO_NEAR_LABEL } from '../../cluster/c-score/c-score.js';
import type { Image } from '../../vision/image.js';
import { groupColour } from '../picture/colours.js';
import { MUTED } from '../picture/style.js';
import { element, text } from '../picture/svg.js';
import type { NearLabels } from './near-labels.js';

/** Pixels of a thumbnail, whatever its shape. */
const AREA = 112 * 112;
/** Images that are much longer than wide stay legible, and the sheet in shape. */
const MOST_ELONGATED = 6;
const FRAME = 4;
const GAP = 6;
const MARGIN = 16;
const HEADER = 62;
const HEADING = 26;
/** Room for thumbnails beside each other: nine square ones. */
const WIDTH = 1128;
/** For title and legend, where few thumbnails stand beside each other. */
const LEAST_WIDTH = 620;
const LEGEND_ENTRY = 150;
const JPEG_QUALITY = 82;

/** What is shown of a group. */
export interface ContactSheet {
  readonly title: string;
  /** Parts with a heading each. */
  readonly parts: readonly { readonly heading: string; readonly rows: readonly number[] }[];
  /** Colours of the frames; null: no frames. */
  readonly nearLabels: NearLabels | null;
}

/** Which rows a sheet shows: all of a small group, else three times as many near the centre as far from it. */
export function sheetParts(byDistance: Int32Array, most: number): ContactSheet['parts'] {
  const rows = Array.from(byDistance);
  if (rows.length <= most)
    return [{ heading: `All ${rows.length}, those nearest to the centre first`, rows }];
  const far = Math.floor(most / 4);
  return [
    { heading: 'Nearest to the centre', rows: rows.slice(0, most - far) },
    ...(far > 0 ? [{ heading: 'Farthest from the centre', rows: rows.slice(-far).reverse() }] : []),
  ];
}

/**
 * Draws thumbnails of a group as a JPEG picture. Thumbnails have the shape of the images (that of the first one).
 * @param read gives the image of a row; two are in memory at a time
 */
export async function contactSheet(
  { title, parts, nearLabels }: ContactSheet,
  read: (row: number) => Promise<Image>,
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const first = await read(parts[0]!.rows[0]!);
  const cell = cellSize(first);
  const perLine = Math.max(1, Math.floor((WIDTH + GAP) / (cell.width + GAP)));
  const width = Math.max(LEAST_WIDTH, perLine * (cell.width + GAP) - GAP);
  const layers: { input: Buffer; left: number; top: number }[] = [];
  const words: string[] = [
    text(MARGIN, 26, title, { 'font-size': 18, 'font-weight': 600 }),
    ...legend(parts, nearLabels, width),
  ];
  let top = HEADER;
  for (const { heading, rows } of parts) {
    words.push(text(MARGIN, top + 17, heading, { 'font-size': 13, fill: MUTED }));
    top += HEADING;
    for (let i = 0; i < rows.length; i += 2) {
      const pair = rows.slice(i, i + 2).map(async (row, j) => {
        const at = i + j;
        return {
          input: await thumbnail(await read(row), cell, frameColour(row, nearLabels)),
          left: MARGIN + (at % perLine) * (cell.width + GAP),
          top: top + Math.floor(at / perLine) * (cell.height + GAP),
        };
      });
      layers.push(...(await Promise.all(pair)));
    }
    top += Math.ceil(rows.length / perLine) * (cell.height + GAP) + 8;
  }
  const size = { width: width + 2 * MARGIN, height: top + MARGIN - GAP };
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...size,
      'font-family': 'DejaVu Sans, sans-serif',
      fill: '#1f2328',
    },
    words.join(''),
  );
  return sharp({ create: { ...size, channels: 3, background: '#fafafa' } })
    .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
    .jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

interface CellSize {
  readonly width: number;
  readonly height: number;
}

function cellSize({ width, height }: Image): CellSize {
  const ratio = Math.min(MOST_ELONGATED, Math.max(1 / MOST_ELONGATED, width / height));
  return {
    width: Math.round(Math.sqrt(AREA * ratio)) + 2 * FRAME,
    height: Math.round(Math.sqrt(AREA / ratio)) + 2 * FRAME,
  };
}

/** The whole image in a frame, on white where its shape is another. */
async function thumbnail(image: Image, cell: CellSize, colour: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const { width, height } = image;
  const inner = { width: cell.width - 2 * FRAME, height: cell.height - 2 * FRAME };
  return sharp(rgbOf(image), { raw: { width, height, channels: 3 } })
    .resize({ ...inner, fit: 'contain', background: '#ffffff' })
    .extend({ top: FRAME, bottom: FRAME, left: FRAME, right: FRAME, background: colour })
    .png()
    .toBuffer();
}

/** Three channels, since a grey picture would have a grey frame; of sixteen bits the upper eight. */
function rgbOf({ data, channels }: Image): Uint8Array {
  const shift = data instanceof Uint16Array ? 8 : 0;
  const rgb = new Uint8Array((3 / channels) * data.length);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[channels === 3 ? i : Math.floor(i / 3)]! >> shift;
  return rgb;
}

function frameColour(row: number, nearLabels: NearLabels | null): string {
  const place = nearLabels?.ofRows[row] ?? NO_NEAR_LABEL;
  return place === NO_NEAR_LABEL ? '#dadce0' : groupColour(place);
}

/** The near-labels that the sheet shows. */
function legend(parts: ContactSheet['parts'], nearLabels: NearLabels | null, width: number): string[] {
  if (!nearLabels) return [];
  const places = new Set(parts.flatMap(({ rows }) => rows.map(row => nearLabels.ofRows[row]!)));
  const shown = [...places].filter(place => place !== NO_NEAR_LABEL).sort((a, b) => a - b);
  const most = Math.floor(width / LEGEND_ENTRY);
  return shown.slice(0, most).flatMap((place, i) => {
    const x = MARGIN + i * LEGEND_ENTRY;
    return [
      element('rect', { x, y: 40, width: 14, height: 14, fill: groupColour(place) }),
      text(x + 20, 52, nearLabels.names[place]!, { 'font-size': 12 }),
    ];
  });
}
