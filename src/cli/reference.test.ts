import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../errors.js';
import { renderErrorsPage } from './errors-page.js';
import { Output } from './output.js';
import { renderCliPage } from './reference-page.js';
import { Kept } from './testing/run-in-process.js';

const cli = {
  stdout: new Output(new Kept()),
  stderr: new Output(new Kept()),
  env: {},
  signal: new AbortController().signal,
  exitCode: 0,
};

describe('the reference pages (write them again with: npx vitest run src/cli -u)', () => {
  it('list every command with all its options', async () => {
    await expect(renderCliPage(cli)).toMatchFileSnapshot('../../docs/reference/cli.md');
  });

  it('list every error code', async () => {
    await expect(renderErrorsPage()).toMatchFileSnapshot('../../docs/reference/errors.md');
  });
});

describe('docs/troubleshooting.md', () => {
  const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
  const sections = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map(section => {
        const [heading = '', ...text] = section.split('\n');
        return [heading, text.join('\n').split(/^## /m)[0]?.trim() ?? ''] as const;
      }),
  );

  it('has a section for each code of the catalogue and no others', () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it('says in each when it comes and what to do', () => {
    for (const [code, text] of sections) {
      expect([code, text]).toEqual([code, expect.stringMatching(/^\*\*When\*\*: .+\n\n?\*\*Do\*\*: .+/s)]);
    }
  });
});
