import { ERRORS, type ErrorClass } from '../errors.js';
import { EXIT } from './exit-code.js';

/** `docs/reference/errors.md`, from the catalogue. */
export function renderErrorsPage(): string {
  const rows = Object.entries<{ readonly class: ErrorClass; readonly action: string }>(ERRORS).map(
    ([code, { class: errorClass, action }]) =>
      `| [\`${code}\`](../troubleshooting.md#${code.toLowerCase()}) | ${errorClass} | ${action.replaceAll('|', '\\|')} |`,
  );
  return `# Error codes

Generated from \`src/errors.ts\`; a test fails when the two differ. [troubleshooting.md](../troubleshooting.md) says of each
when it comes and what to do.

- \`retryable\`: the same call may succeed later. A running topology waits and tries again, and nothing is lost; a command
  exits with ${EXIT.unavailable}.
- \`terminal\`: this input will never work. A running topology writes a dead letter and goes on; a command exits with
  ${EXIT.failed}, and with ${EXIT.usage} when its own arguments are at fault.
- \`fatal\`: the process can't go on; it stops with ${EXIT.unavailable}.

| code | class | what to do |
|---|---|---|
${rows.join('\n')}
`;
}
