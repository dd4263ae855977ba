import type { Path } from './json-schema.js';
import type { LintContext } from './lint-context.js';

/** Where passwords come from and how they travel. */
export function lintSecrets(context: LintContext): void {
  const { broker, store } = context.topology;
  if (broker.type === 'kafka' && broker.sasl) {
    const path = ['broker', 'sasl'];
    lintLiteral(context, [...path, 'password']);
    if (
      broker.sasl.mechanism === 'plain' &&
      !broker.tls &&
      broker.brokers.some(address => !isLoopback(hostOf(address)))
    )
      context.report(
        'password-in-clear',
        path,
        'SASL `plain` without TLS sends the password unencrypted.',
        'Add `tls: {}`, or use a `scram` mechanism.',
      );
  }
  if (store.type === 'clickhouse' && !store.password.isEmpty) {
    lintLiteral(context, ['store', 'password']);
    if (store.url.startsWith('http:') && !isLoopback(hostOf(store.url.slice('http://'.length))))
      context.report(
        'password-in-clear',
        ['store', 'url'],
        'The password is sent unencrypted to this address.',
        'Use `https://`, or a network that you trust.',
      );
  }
}

function lintLiteral(context: LintContext, path: Path): void {
  if (!context.isGiven(path) || context.isInterpolated(path)) return;
  context.report(
    'secret-in-file',
    path,
    'A password stands in the file.',
    `Take it from the environment: \`password: \${NAME}\`.`,
  );
}

function hostOf(address: string): string {
  return address
    .replace(/[/?#].*$/, '')
    .replace(/^.*@/, '')
    .replace(/:\d+$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
