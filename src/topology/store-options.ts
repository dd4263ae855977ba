import { z } from 'zod';
import { options, secret, text } from './options.js';

export const storeOptions = z
  .discriminatedUnion('type', [
    options({
      type: z
        .literal('embedded')
        .describe(
          'The ClickHouse engine in a child process, with its data in `data_dir`: nothing to install.',
        ),
    }),
    options({
      type: z.literal('clickhouse').describe('A ClickHouse server.'),
      url: text(
        /^https?:\/\/[^\s@/?#]+([/?#]\S*)?$/,
        'an address that begins with http:// or https://, without user and password',
      ).describe('Its HTTP interface, such as `http://clickhouse:8123`.'),
      database: text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and underscores')
        .default('plantsense')
        .describe('The database for the tables; `plantsense db migrate` makes it.'),
      username: z.string().min(1).default('default').describe('The user to log in as.'),
      password: secret().prefault('').describe('Its password; take it from the environment. Never printed.'),
    }),
  ])
  .describe('Where results are stored.');

export type StoreOptions = z.output<typeof storeOptions>;
