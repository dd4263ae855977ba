import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

async function pages(): Promise<string[]> {
  const docs = await readdir(join(ROOT, 'docs'), { recursive: true });
  const inDocs = docs.filter(name => name.endsWith('.md')).map(name => join('docs', name));
  return ['README.md', join('benchmarks', 'README.md'), join('samples', 'CREDITS.md'), ...inDocs];
}

/** The code blocks of a language in a page. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    match => match[1]!,
  );
}

describe('the documentation', () => {
  it('has no link that leads nowhere', async () => {
    const broken: string[] = [];
    for (const page of await pages()) {
      const text = await readFile(join(ROOT, page), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        const path = join(ROOT, dirname(page), target!);
        if (!existsSync(path)) broken.push(`${page}: ${relative(ROOT, path)}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('shows commands in the README that work as they stand', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const script = blocks(readme, 'sh').find(block => block.includes('plantsense send audio'))!;
    const data = await mkdtemp(join(tmpdir(), 'plantsense-readme-'));
    try {
      const shell = `set -eu; plantsense() { node "${join(ROOT, 'dist/cli/main.js')}" "$@"; }\n${script}`;
      const { stdout } = await run(
        'bash',
        ['-c', shell.replaceAll('--data-dir plant', `--data-dir ${data}/plant`)],
        {
          cwd: ROOT,
          env: { ...process.env, PLANTSENSE_HTTP_PORT: '0' },
        },
      );
      expect(stdout).toContain('noise-event');
      expect(stdout).toMatch(/mic-1\t2\d{3}-/);
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }, 120_000);
});
