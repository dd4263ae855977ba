import { PlantsenseError } from '../../../errors.js';
import { type ApiVersions, SaslAuthenticator, type SaslConnection } from '../protocol/kafkajs.js';
import type { KafkaSasl } from '../settings.js';
import { type Address, addressText } from './socket.js';

const silent = { namespace: () => silent, debug: () => {}, error: () => {} };

/**
 * Logs in with kafkajs's handshakes.
 * @returns milliseconds until the broker wants a new login (KIP-368), 0 for never
 * @throws PlantsenseError BROKER_AUTH_FAILED, which does not tell the password
 */
export async function authenticate(
  address: Address,
  sasl: KafkaSasl,
  versions: ApiVersions,
  send: SaslConnection['send'],
): Promise<number> {
  const authenticator = new SaslAuthenticator(
    { ...address, sasl: { ...sasl }, send },
    silent,
    versions,
    true,
  );
  try {
    await authenticator.authenticate();
  } catch (error) {
    // A broker that goes away in the middle is no wrong password.
    if (error instanceof PlantsenseError) throw error;
    const said = error instanceof Error ? error.message : 'refused';
    const why = sasl.password === '' ? said : said.replaceAll(sasl.password, '***');
    throw new PlantsenseError(
      'BROKER_AUTH_FAILED',
      `Kafka at ${addressText(address)} refused the login of "${sasl.username}": ${why}.`,
    );
  }
  return Number(authenticator.sessionLifetime);
}
