import type { CheckpointPort } from '../training/checkpoint.js';

/** Keeps checkpoints in memory, the last one and how many there were. */
export class MemoryCheckpoint implements CheckpointPort {
  bytes: Uint8Array | null = null;
  saves = 0;

  async load(): Promise<Uint8Array | null> {
    return this.bytes;
  }

  async save(bytes: Uint8Array): Promise<void> {
    this.bytes = bytes;
    this.saves++;
  }
}
