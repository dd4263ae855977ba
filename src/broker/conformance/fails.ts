import { expect } from 'vitest';
import type { ErrorCode } from '../../errors.js';

/** The promise is rejected with this code. */
export async function fails(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'PlantsenseError', code });
}
