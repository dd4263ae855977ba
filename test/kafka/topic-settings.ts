import { Cluster } from '../../src/broker/kafka/network/cluster.js';
import { alterTopicConfigsRequest } from '../../src/broker/kafka/protocol/admin.js';
import { check } from '../../src/broker/kafka/protocol/error-codes.js';
import { resolveSettings } from '../../src/broker/kafka/settings.js';
import { environment } from './client.js';

/** Sets what the Broker port has no word for. */
export async function alterTopic(
  address: string,
  topic: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const cluster = new Cluster(resolveSettings({ brokers: [address] }), environment);
  check(await cluster.any(alterTopicConfigsRequest(topic, configs)), `Changing ${topic}`);
  await cluster.close();
}
