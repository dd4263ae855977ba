import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';

/** Numbers as the text of their bytes: 64-bit floats, little endian, base64. Every bit is kept, the sign of 0 too. */
export const packedFloats = z
  .base64()
  .refine(text => Buffer.byteLength(text, 'base64') % 8 === 0, 'It is not a whole number of floats')
  .transform(text => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    return new Float64Array(bytes.buffer);
  })
  .refine(values => values.every(Number.isFinite), 'It holds NaN or infinity');

/** The text that {@link packedFloats} reads. */
export function packFloats(values: ArrayLike<number>): string {
  return Buffer.from(Float64Array.from(values).buffer).toString('base64');
}

/**
 * Reads what a classifier kept.
 * @throws PlantsenseError MODEL_INVALID
 */
export function parseKept<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PlantsenseError('MODEL_INVALID', `Classifier: ${issue?.path.join('.')}: ${issue?.message}.`);
}
