import { z } from 'zod';
import { options, secret, text } from './options.js';

const HOST_PORT = '[A-Za-z0-9._-]+:[0-9]{1,5}';
const hostPort = text(new RegExp(`^${HOST_PORT}$`), 'an address of the form host:port');
const hostPorts = text(
  new RegExp(`^${HOST_PORT}(,${HOST_PORT})*$`),
  'addresses of the form host:port, separated by commas',
);

const brokers = z
  .union([z.array(hostPort).min(1), hostPorts])
  .transform((value): readonly string[] => (typeof value === 'string' ? value.split(',') : value))
  .describe('Where to begin: `host:port` of some brokers, as a list or separated by commas.');

const tls = options({
  ca_file: z.string().optional().describe("Certificates to trust (PEM). Absent: the system's."),
  cert_file: z.string().optional().describe('Our certificate (PEM), when the broker asks for one.'),
  key_file: z.string().optional().describe('The key of our certificate (PEM).'),
  reject_unauthorized: z
    .boolean()
    .default(true)
    .describe('Whether to refuse a broker whose certificate no trusted one has signed.'),
});

const sasl = options({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('How to log in.'),
  username: z.string().min(1).describe('The user to log in as.'),
  password: secret().describe('Its password; take it from the environment. Never printed.'),
});

export const brokerOptions = z
  .discriminatedUnion('type', [
    options({
      type: z.literal('embedded').describe('A durable log in `data_dir`: nothing to install, one machine.'),
    }),
    options({
      type: z.literal('kafka').describe('An Apache Kafka cluster.'),
      brokers,
      client_id: z
        .string()
        .min(1)
        .default('plantsense')
        .describe("Our name in the brokers' logs and quotas."),
      tls: tls
        .optional()
        .describe('Encrypts the connection when present; `{}` is enough for a public certificate.'),
      sasl: sasl.optional().describe('Logs in when present.'),
    }),
  ])
  .describe('Where the topics are.');

export type BrokerOptions = z.output<typeof brokerOptions>;
export type KafkaOptions = Extract<BrokerOptions, { type: 'kafka' }>;
