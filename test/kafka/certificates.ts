import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (directory: string, ...args: string[]) =>
  execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });

export interface Certificates {
  /** PEM of the authority that signed both others. */
  readonly ca: string;
  readonly client: { readonly cert: string; readonly key: string };
  /** File with the broker's key and certificate, as Kafka reads PEM. */
  readonly brokerPem: string;
  readonly caFile: string;
}

/** An authority of our own, a broker's certificate for `localhost` and 127.0.0.1, and a client's, made with openssl. */
export function makeCertificates(directory: string): Certificates {
  const file = (name: string) => join(directory, name);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    directory,
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=test-ca',
  );
  for (const name of ['broker', 'client']) {
    writeFileSync(file(`${name}.ext`), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl(
      directory,
      'req',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    openssl(
      directory,
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
    );
  }
  writeFileSync(file('broker.pem'), read('broker.key') + read('broker.crt') + read('ca.crt'));
  return {
    ca: read('ca.crt'),
    client: { cert: read('client.crt'), key: read('client.key') },
    brokerPem: file('broker.pem'),
    caFile: file('ca.crt'),
  };
}
