import { mkdir, rename, rm } from 'node:fs/promises';
import { downloadWheel } from './download.js';
import { findWheel } from './package-index.js';
import { readPipSettings } from './pip-settings.js';
import type { Report } from './progress.js';
import { unpackWheel } from './unpack.js';
import { openWeb } from './web.js';
import type { Wheel } from './wheel.js';

/**
 * Makes a directory with the wanted files of wheels. It is there only when it is complete; one that is there already
 * is taken as it is. The archives are removed again.
 *
 * @param downloads directory for archives, where a broken transfer is continued
 * @throws PlantsenseError PACKAGE_INDEX_UNREACHABLE, PACKAGE_CHECKSUM_MISMATCH
 */
export async function fetchWheels(
  wheels: readonly Wheel[],
  directory: string,
  downloads: string,
  env: NodeJS.ProcessEnv,
  report: Report,
): Promise<void> {
  const settings = readPipSettings(env);
  const web = openWeb(settings.certPath, env);
  const fresh = `${directory}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const archives: string[] = [];
  try {
    for (const wheel of wheels) {
      const archive = await downloadWheel(
        wheel,
        await findWheel(wheel, settings, web),
        downloads,
        web,
        report,
      );
      report(`Unpacking ${wheel.fileName}`);
      await unpackWheel(archive, wheel, fresh);
      archives.push(archive);
    }
    await rename(fresh, directory);
    // Not before: a set-up that is killed while it unpacks needs them again.
    for (const archive of archives) await rm(archive);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  } finally {
    await web.close();
  }
}
