import type { Cluster } from './network/cluster.js';
import { describeTopicConfigsRequest } from './protocol/admin.js';
import { CODE, check } from './protocol/error-codes.js';

const MAX_MESSAGE_BYTES = 'max.message.bytes';

/** How large a batch each topic takes, asked for once, and again when a message does not fit. */
export class TopicLimits {
  readonly #cluster: Cluster;
  readonly #limits = new Map<string, Promise<number>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  get(topic: string): Promise<number> {
    const known = this.#limits.get(topic);
    return known ?? this.refresh(topic);
  }

  refresh(topic: string): Promise<number> {
    const asking = this.#cluster.retry(`Settings of ${topic}`, () => this.#ask(topic));
    this.#limits.set(topic, asking);
    asking.catch(() => this.#limits.delete(topic));
    return asking;
  }

  async #ask(topic: string): Promise<number> {
    const request = describeTopicConfigsRequest(topic, [MAX_MESSAGE_BYTES]);
    const resource = (await this.#cluster.any(request)).resources[0];
    if (resource?.errorCode === CODE.TOPIC_AUTHORIZATION_FAILED) {
      // Sending needs no right to see the settings: then the broker itself refuses what is too large.
      this.#cluster.environment.log('warn', `No right to read the settings of ${topic}`, {});
      return Number.POSITIVE_INFINITY;
    }
    check(resource?.errorCode ?? -1, `Reading the settings of ${topic}`);
    return Number(resource?.configEntries.find(entry => entry.configName === MAX_MESSAGE_BYTES)?.configValue);
  }
}
