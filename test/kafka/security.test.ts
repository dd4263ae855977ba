import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKafkaBroker } from '../../src/broker/kafka/broker.js';
import type { KafkaSettings } from '../../src/broker/kafka/settings.js';
import type { Broker } from '../../src/broker/port.js';
import { type Certificates, makeCertificates } from './certificates.js';
import { describeKafka } from './describe-kafka.js';
import { KafkaServer } from './server.js';

const PASSWORD = 'correct-horse-battery';
const WRONG_PASSWORD = 'wrong-horse-battery';
const RELOGIN_MS = 1_500;

const scram = (mechanism: string) => ['--add-scram', `${mechanism}=[name=ann,password=${PASSWORD}]`];
const module = (name: string) => `org.apache.kafka.common.security.${name} required`;

function secureServer(): { server: KafkaServer; certificates: Certificates } {
  const server = new KafkaServer({
    listeners: { SECURE: 'SASL_SSL', MUTUAL: 'SSL', OPEN: 'SASL_PLAINTEXT' },
    formatArguments: [...scram('SCRAM-SHA-256'), ...scram('SCRAM-SHA-512')],
    properties: () => ({
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': certificates.brokerPem,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': certificates.caFile,
      'listener.name.mutual.ssl.client.auth': 'required',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      ...Object.fromEntries(
        ['secure', 'open'].flatMap(listener => [
          [
            `listener.name.${listener}.plain.sasl.jaas.config`,
            `${module('plain.PlainLoginModule')} user_ann="${PASSWORD}";`,
          ],
          ...['256', '512'].map(bits => [
            `listener.name.${listener}.scram-sha-${bits}.sasl.jaas.config`,
            `${module('scram.ScramLoginModule')};`,
          ]),
        ]),
      ),
      'listener.name.open.connections.max.reauth.ms': String(RELOGIN_MS),
    }),
  });
  const certificates = makeCertificates(server.directory);
  return { server, certificates };
}

describeKafka(
  'Kafka with TLS and SASL',
  () => {
    let server: KafkaServer;
    let certificates: Certificates;
    const logged: string[] = [];

    beforeAll(async () => {
      ({ server, certificates } = secureServer());
      await server.start();
    });
    afterAll(() => server.remove());

    const open = (listener: string, settings: Omit<KafkaSettings, 'brokers'>) =>
      openKafkaBroker(
        { brokers: [server.address(listener)], retryBudgetMs: 2_000, ...settings },
        { log: (...line) => logged.push(JSON.stringify(line)), nowMs: () => Date.now() },
      );

    /** Every kind of request once, over every kind of connection. */
    async function roundTrip(broker: Broker): Promise<string> {
      const topic = `secure-${performance.now()}`;
      await broker.admin.createTopic(topic, { partitions: 1 });
      const producer = await broker.producer();
      await producer.send(topic, [{ key: 'k', value: Buffer.from('over the wire') }]);
      const text = await new Promise<string>((resolve, reject) => {
        const read = broker.join(
          { group: `g-${topic}`, topics: [topic] },
          {
            assigned: async ([partition]) => {
              const [message] = await partition!.fetch(1_000, AbortSignal.timeout(10_000));
              await partition!.commit({ offset: 1, metadata: '' });
              resolve(Buffer.from(message!.value!).toString());
            },
            revoked: async () => {},
            lost: () => {},
            failed: reject,
          },
        );
        read.catch(reject);
      });
      await broker.close();
      return text;
    }

    const failure = (opening: Promise<Broker>): Promise<Error & { code?: string }> =>
      opening.then(
        () => new Error('it was let in'),
        (error: Error) => error,
      );

    describe('logins over TLS', () => {
      it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('lets %s in', async mechanism => {
        const sasl = { mechanism, username: 'ann', password: PASSWORD };
        const broker = await open('SECURE', { sasl, tls: { ca: certificates.ca } });
        expect(await roundTrip(broker)).toBe('over the wire');
      });

      it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
        'refuses a wrong password at once, and tells neither: %s',
        async mechanism => {
          const sasl = { mechanism, username: 'ann', password: WRONG_PASSWORD };
          const begin = performance.now();
          const error = await failure(open('SECURE', { sasl, tls: { ca: certificates.ca } }));
          expect(error.code).toBe('BROKER_AUTH_FAILED');
          expect(error.message).toContain('"ann"');
          expect(performance.now() - begin).toBeLessThan(2_000);
        },
      );
    });

    describe('certificates', () => {
      const sasl = { mechanism: 'plain', username: 'ann', password: PASSWORD } as const;

      it('refuses a broker whose certificate nobody vouches for', async () => {
        const error = await failure(open('SECURE', { sasl, tls: {} }));
        expect(error.code).toBe('BROKER_AUTH_FAILED');
        expect(error.message).toContain('certificate');
      });

      it('takes it when that is asked for in words, and says what that means', async () => {
        const broker = await open('SECURE', { sasl, tls: { rejectUnauthorized: false } });
        expect(await roundTrip(broker)).toBe('over the wire');
        expect(logged.join()).toContain('anyone can play the broker');
      });

      it('refuses a broker of another name', async () => {
        const tls = { ca: certificates.ca, serverName: 'kafka.elsewhere' };
        expect((await failure(open('SECURE', { sasl, tls }))).code).toBe('BROKER_AUTH_FAILED');
      });

      it("shows the client's own", async () => {
        const broker = await open('MUTUAL', { tls: { ca: certificates.ca, ...certificates.client } });
        expect(await roundTrip(broker)).toBe('over the wire');
      });

      it('tells that one is missing', async () => {
        const error = await failure(open('MUTUAL', { tls: { ca: certificates.ca } }));
        expect(error.code).toBe('BROKER_AUTH_FAILED');
      });
    });

    describe('a client that expects something else', () => {
      it('asks about TLS where it speaks plain to a TLS listener', async () => {
        const error = await failure(open('SECURE', {}));
        expect(error).toMatchObject({ code: 'BROKER_UNAVAILABLE', message: expect.stringContaining('TLS') });
      });

      it('asks about SASL where it does not log in', async () => {
        const error = await failure(open('OPEN', {}));
        expect(error).toMatchObject({ code: 'BROKER_UNAVAILABLE', message: expect.stringContaining('SASL') });
      });

      it('tells that there is no TLS on the other side', async () => {
        const error = await failure(open('OPEN', { tls: {} }));
        expect(['BROKER_AUTH_FAILED', 'BROKER_UNAVAILABLE']).toContain(error.code);
      });
    });

    it('logs in again before the broker ends the login', async () => {
      const sasl = { mechanism: 'scram-sha-256', username: 'ann', password: PASSWORD } as const;
      const broker = await open('OPEN', { sasl });
      await broker.admin.createTopic('long', { partitions: 1 });
      const producer = await broker.producer();
      const warnings = logged.length;
      for (const end = performance.now() + 3 * RELOGIN_MS; performance.now() < end; await sleep(100)) {
        await producer.send('long', [{ key: null, value: new Uint8Array(10) }]);
      }
      expect(logged.slice(warnings)).toEqual([]);
      await broker.close();
    });

    it('never writes a password to the log', () => {
      expect(logged.length).toBeGreaterThan(0);
      expect(logged.join()).not.toMatch(/battery/);
    });
  },
  { ownBroker: true },
);
