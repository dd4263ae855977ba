import { Encoder } from './kafkajs.js';
import { kafkajsRequest, ownRequest, type RequestBuilder } from './wire-request.js';

export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const ACKS_ALL = -1;

/** Produce version 7: one batch to one partition. kafkajs would copy the records four times on their way. */
export function produceRequest(
  topic: string,
  partition: number,
  batch: Buffer,
  timeoutMs: number,
): RequestBuilder<{ readonly errorCode: number }> {
  return ownRequest({
    apiKey: 0,
    apiName: 'Produce',
    apiVersion: 7,
    flexible: false,
    encode: () => [
      new Encoder()
        .writeString(null) // no transaction
        .writeInt16(ACKS_ALL)
        .writeInt32(timeoutMs)
        .writeInt32(1)
        .writeString(topic)
        .writeInt32(1)
        .writeInt32(partition)
        .writeInt32(batch.length).buffer,
      batch,
    ],
    decode: d => {
      const topics = d.readArray(t => {
        t.readString();
        return t.readArray(p => {
          p.readInt32(); // partition
          const errorCode = p.readInt16();
          p.offset += 24; // base offset, append time, log start
          return { errorCode };
        });
      });
      return topics[0]?.[0] ?? { errorCode: -1 };
    },
  });
}

/** An identity by which the broker tells a repeated batch from a new one. */
export const initProducerIdRequest = (): RequestBuilder<{
  readonly errorCode: number;
  readonly producerId: string;
  readonly producerEpoch: number;
}> => kafkajsRequest('InitProducerId', { transactionalId: null, transactionTimeout: 60_000 });
