import { Encoder } from './kafkajs.js';
import { kafkajsRequest, ownRequest, type RequestBuilder } from './wire-request.js';

const TOPIC_RESOURCE = 2;
const TIMEOUT_MS = 5_000;

/** Config name to value; `null` deletes an override. */
export type ConfigEntries = Readonly<Record<string, string | null>>;

export interface TopicErrors {
  readonly topicErrors: readonly { readonly errorCode: number; readonly errorMessage?: string | null }[];
}

export const createTopicRequest = (
  topic: string,
  numPartitions: number,
  replicationFactor: number,
  configs: Readonly<Record<string, string>>,
): RequestBuilder<TopicErrors> =>
  kafkajsRequest('CreateTopics', {
    topics: [
      {
        topic,
        numPartitions,
        replicationFactor,
        configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
      },
    ],
    timeout: TIMEOUT_MS,
  });

export const deleteTopicRequest = (topic: string): RequestBuilder<TopicErrors> =>
  kafkajsRequest('DeleteTopics', { topics: [topic], timeout: TIMEOUT_MS });

export const createPartitionsRequest = (topic: string, count: number): RequestBuilder<TopicErrors> =>
  kafkajsRequest('CreatePartitions', { topicPartitions: [{ topic, count }], timeout: TIMEOUT_MS });

export const deleteRecordsRequest = (
  topic: string,
  partition: number,
  offset: number,
): RequestBuilder<{
  readonly topics: readonly { readonly partitions: readonly { readonly errorCode: number }[] }[];
}> =>
  kafkajsRequest('DeleteRecords', {
    topics: [{ topic, partitions: [{ partition, offset }] }],
    timeout: TIMEOUT_MS,
  });

export const describeTopicConfigsRequest = (
  topic: string,
  configNames: readonly string[],
): RequestBuilder<{
  readonly resources: readonly {
    readonly errorCode: number;
    readonly configEntries: readonly { readonly configName: string; readonly configValue: string | null }[];
  }[];
}> => kafkajsRequest('DescribeConfigs', { resources: [{ type: TOPIC_RESOURCE, name: topic, configNames }] });

const SET = 0;
const DELETE = 1;

/** IncrementalAlterConfigs version 0: leaves alone what is not named, unlike the AlterConfigs of kafkajs. Answers the error. */
export function alterTopicConfigsRequest(topic: string, configs: ConfigEntries): RequestBuilder<number> {
  return ownRequest({
    apiKey: 44,
    apiName: 'IncrementalAlterConfigs',
    apiVersion: 0,
    flexible: false,
    encode: () => {
      const entries = Object.entries(configs);
      const body = new Encoder()
        .writeInt32(1)
        .writeInt8(TOPIC_RESOURCE)
        .writeString(topic)
        .writeInt32(entries.length);
      for (const [name, value] of entries) {
        body
          .writeString(name)
          .writeInt8(value === null ? DELETE : SET)
          .writeString(value);
      }
      return [body.writeBoolean(false).buffer];
    },
    decode: d => {
      d.readInt32(); // throttle time
      return d.readArray(resource => resource.readInt16())[0] ?? 0;
    },
  });
}
