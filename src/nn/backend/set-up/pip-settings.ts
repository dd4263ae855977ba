import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where packages come from: what pip would use, from its environment variables and configuration files. */
export interface PipSettings {
  /** Package indexes, in the order in which they are asked. */
  readonly indexUrls: readonly string[];
  /** Directories that are looked into first. */
  readonly findLinks: readonly string[];
  /** File with the certificates that are trusted; null: Node's own. */
  readonly certPath: string | null;
}

const DEFAULT_INDEX = 'https://pypi.org/simple';

/**
 * Reads pip's settings as pip does: its configuration files from the most general to the most particular, their
 * section [install] over [global], and environment variables over all.
 *
 * Source: pip's documentation, "Configuration". Not read: `.netrc`, and `find-links` that are web pages.
 */
export function readPipSettings(env: NodeJS.ProcessEnv, files = configurationFiles(env)): PipSettings {
  const sections = new Map<string, string>();
  for (const file of files) {
    for (const [key, value] of parseConfiguration(readIfThere(file))) sections.set(key, value);
  }
  const setting = (name: string): string | undefined =>
    env[`PIP_${name.toUpperCase().replaceAll('-', '_')}`] ||
    sections.get(`install.${name}`) ||
    sections.get(`global.${name}`);

  const noIndex = /^(1|true|yes|on)$/i.test(setting('no-index') ?? '');
  const indexUrls = [setting('index-url') ?? DEFAULT_INDEX, ...words(setting('extra-index-url'))];
  return {
    indexUrls: noIndex ? [] : indexUrls.map(url => url.replace(/\/+$/, '')),
    findLinks: words(setting('find-links')).flatMap(link => {
      if (link.startsWith('file:')) return [fileURLToPath(link)];
      return /^[a-z]+:/i.test(link) ? [] : [link.replace(/^~(?=\/)/, homedir())];
    }),
    certPath: setting('cert') ?? null,
  };
}

/** pip's configuration files, the most general first. */
function configurationFiles(env: NodeJS.ProcessEnv): string[] {
  // A null device as PIP_CONFIG_FILE means: no files at all.
  if (env.PIP_CONFIG_FILE === '/dev/null') return [];
  const home = homedir();
  const system = (env.XDG_CONFIG_DIRS || '/etc/xdg')
    .split(':')
    .map(directory => join(directory, 'pip/pip.conf'));
  return [
    ...(process.platform === 'darwin' ? ['/Library/Application Support/pip/pip.conf'] : []),
    ...system.reverse(),
    '/etc/pip.conf',
    join(home, '.pip/pip.conf'),
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip/pip.conf'),
    ...(process.platform === 'darwin' ? [join(home, 'Library/Application Support/pip/pip.conf')] : []),
    ...(env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, 'pip.conf')] : []),
    ...(env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : []),
  ];
}

/** `section.name` and value of each line of an INI file; indented lines continue the value above. */
function parseConfiguration(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  let key = '';
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const heading = /^\[(.+)\]\s*$/.exec(line)?.[1];
    const [, name, value] = /^([\w-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (heading !== undefined) section = heading;
    else if (name !== undefined) {
      key = `${section}.${name.toLowerCase().replaceAll('_', '-')}`;
      values.set(key, value ?? '');
    } else if (/^\s/.test(line) && key !== '') values.set(key, `${values.get(key)} ${line.trim()}`);
  }
  return values;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const words = (text: string | undefined): string[] => text?.split(/\s+/).filter(word => word !== '') ?? [];
