import { LocalCore } from '../local-core.js';

/**
 * Appends numbered messages to each partition and commits behind them, as fast as it can, and tells its parent of each
 * acknowledgement. It is meant to be killed.
 */
const [directory, partitions] = [process.argv[2]!, Number(process.argv[3])];
const core = await LocalCore.open(directory, { segmentBytes: 50_000, fsyncIntervalMs: 7 });
await core.createTopic('t', { partitions });
const offsets = await core.offsets('t');
process.send!({});

await Promise.all(
  offsets.map(async ({ partition, latest }) => {
    for (let next = latest; ; ) {
      const count = 1 + (next % 5);
      const messages = Array.from({ length: count }, (_, i) => ({
        key: null,
        value: Buffer.from(`${next + i} ${'x'.repeat(((next + i) * 37) % 3_000)}`),
        partition,
      }));
      await core.append('t', messages);
      next += count;
      process.send!({ sent: [partition, next - 1] });
      await core.setGroupCommits('g', 't', new Map([[partition, { offset: next, metadata: String(next) }]]));
      process.send!({ committed: [partition, next] });
    }
  }),
);
