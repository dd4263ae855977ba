import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipSettings } from './pip-settings.js';

describe("pip's settings", () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'plantsense-pip-'));
  });
  afterAll(() => rm(scratch, { recursive: true }));

  const file = async (name: string, text: string) => {
    await writeFile(join(scratch, name), text);
    return join(scratch, name);
  };

  it('are the public index where nobody set anything', () => {
    expect(readPipSettings({}, [])).toEqual({
      indexUrls: ['https://pypi.org/simple'],
      findLinks: [],
      certPath: null,
    });
  });

  it('come from files, the more particular over the more general, and from variables over all', async () => {
    const files = [
      await file('system.conf', '[global]\nindex-url = https://general/simple\ncert = /etc/ca.pem\n'),
      await file(
        'user.conf',
        '# mine\n[global]\nindex_url: https://mine/simple/\n[list]\nindex-url = https://no/simple',
      ),
      join(scratch, 'not-there.conf'),
    ];
    expect(readPipSettings({}, files)).toMatchObject({
      indexUrls: ['https://mine/simple'],
      certPath: '/etc/ca.pem',
    });
    expect(readPipSettings({ PIP_INDEX_URL: 'https://other/simple' }, files).indexUrls).toEqual([
      'https://other/simple',
    ]);
  });

  it('may name several indexes and directories, on lines of their own', async () => {
    const text = `[global]
extra-index-url =
    https://one/simple
    https://two/simple
[install]
find-links = ~/wheels
    file:///mnt/wheels
    https://pages/are/not/read
`;
    expect(readPipSettings({}, [await file('several.conf', text)])).toMatchObject({
      indexUrls: ['https://pypi.org/simple', 'https://one/simple', 'https://two/simple'],
      findLinks: [join(homedir(), 'wheels'), '/mnt/wheels'],
    });
  });

  it('may forbid every index', () => {
    expect(readPipSettings({ PIP_NO_INDEX: 'true' }, []).indexUrls).toEqual([]);
  });
});
