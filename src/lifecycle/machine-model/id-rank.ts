import { createHash } from 'node:crypto';

/**
 * A number that any id has as likely as any other, from 0 to 2^48, always the same one. Those of lowest rank are a sample
 * (bottom-k, Cohen and Kaplan 2007): it depends on which ids there are, not on their order, and a sample of samples is one of
 * all.
 */
export function idRank(id: string): number {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6);
}
