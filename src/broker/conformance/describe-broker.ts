import { describe } from 'vitest';
import { checkClosing } from './closing.js';
import { checkCommits } from './commits.js';
import { checkCompaction } from './compaction.js';
import { checkContent } from './content.js';
import { checkExpired } from './expired.js';
import { checkFetching } from './fetching.js';
import { checkGroups } from './groups.js';
import type { BrokerHarness } from './harness.js';
import { createKit } from './kit.js';
import { checkLag } from './lag.js';
import { checkLimits } from './limits.js';
import { checkOrder } from './order.js';
import { checkPartitioning } from './partitioning.js';
import { checkRebalance } from './rebalance.js';
import { checkRestart } from './restart.js';
import { checkTime } from './time.js';
import { checkTopics } from './topics.js';

/** Every check of the Broker port, one group after the other. A check uses topics and groups of its own. */
export function describeBroker(name: string, harness: BrokerHarness): void {
  describe(`broker conformance: ${name}`, () => {
    const kit = createKit(harness);
    checkTopics(kit);
    checkContent(kit);
    checkLimits(kit);
    checkPartitioning(kit);
    checkOrder(kit);
    checkFetching(kit);
    checkTime(kit);
    checkExpired(kit);
    checkCompaction(kit);
    checkCommits(kit);
    checkGroups(kit);
    checkRebalance(kit);
    checkLag(kit);
    checkClosing(kit);
    checkRestart(kit);
  });
}
