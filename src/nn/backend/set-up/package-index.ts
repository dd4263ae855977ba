import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlantsenseError } from '../../../errors.js';
import type { PipSettings } from './pip-settings.js';
import { type Web, webFailure } from './web.js';
import type { Wheel } from './wheel.js';

/** Where a wheel can be had: a file, or an address. */
export type WheelSource = { readonly path: string } | { readonly url: string };

const ACCEPT = [
  'application/vnd.pypi.simple.v1+json',
  'application/vnd.pypi.simple.v1+html;q=0.2',
  'text/html;q=0.01',
].join(', ');

/**
 * Looks for a wheel in the directories and on the package indexes that pip is set to use.
 *
 * Source: PEP 503 (HTML) and PEP 691 (JSON), the simple repository API.
 * @throws PlantsenseError PACKAGE_INDEX_UNREACHABLE when none of them answers with it
 */
export async function findWheel(wheel: Wheel, settings: PipSettings, web: Web): Promise<WheelSource> {
  for (const directory of settings.findLinks) {
    const path = join(directory, wheel.fileName);
    if (existsSync(path)) return { path };
  }
  const failures: string[] = [];
  for (const index of settings.indexUrls) {
    const page = `${index}/${wheel.project}/`;
    try {
      const response = await web.get(page, { accept: ACCEPT });
      const text = await response.text();
      if (!response.ok) {
        failures.push(`${withoutCredentials(page)} answers ${response.status}`);
        continue;
      }
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      const link = (isJson ? linksOfJson(text) : linksOfHtml(text)).find(
        url => fileNameOf(url) === wheel.fileName,
      );
      if (link !== undefined) return { url: keepCredentials(new URL(link, response.url), new URL(index)) };
      failures.push(`${withoutCredentials(page)} has no ${wheel.fileName}`);
    } catch (error) {
      failures.push(`${withoutCredentials(page)}: ${webFailure(error)}`);
    }
  }
  const tried = failures.length > 0 ? failures.join('; ') : 'pip is set to use no index';
  throw new PlantsenseError('PACKAGE_INDEX_UNREACHABLE', `${wheel.fileName} can't be had: ${tried}.`);
}

function linksOfJson(text: string): string[] {
  const { files } = JSON.parse(text) as { files: readonly { readonly url: string }[] };
  return files.map(({ url }) => url);
}

function linksOfHtml(text: string): string[] {
  const links = text.matchAll(/<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi);
  return [...links].map(([, double, single]) => (double ?? single ?? '').replaceAll('&amp;', '&'));
}

function fileNameOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

/** An index's password goes with a request to the same host, and to no other. */
function keepCredentials(url: URL, index: URL): string {
  url.hash = '';
  if (url.host === index.host && url.username === '') {
    url.username = index.username;
    url.password = index.password;
  }
  return url.href;
}

function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}
