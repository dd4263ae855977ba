import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { groupedRows } from '../testing/rows.js';
import { selectRows } from '../training/row-source.js';
import type { ConvSdae } from './conv-sdae.js';
import type { Latents } from './encoder.js';
import { trainConvSdae } from './train-conv-sdae.js';

const { source } = groupedRows(40, 4, [64, 81]);
let sdae: ConvSdae;
let all: Latents;

beforeAll(async () => {
  await openBackend();
  sdae = (await trainConvSdae(source, { epochs: 1, latentDim: 5 })).model;
  all = await sdae.encode(source);
}, 180_000);
afterAll(() => sdae.dispose());

describe('answerRows', () => {
  it('gives a row the same bits whatever rows are beside it, and wherever it is in the batch', async () => {
    const someRows = fc.array(fc.nat({ max: source.rows - 1 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(someRows, async rows => {
        const { data } = await sdae.encode(selectRows(source, rows));
        rows.forEach((row, i) => {
          expect(data.subarray(i * 5, i * 5 + 5)).toEqual(all.data.subarray(row * 5, row * 5 + 5));
        });
      }),
      { numRuns: 25 },
    );
  });

  it('gives nothing for no rows', async () => {
    expect(await sdae.encode(selectRows(source, []))).toEqual({
      data: new Float32Array(0),
      rows: 0,
      cols: 5,
    });
  });
});
