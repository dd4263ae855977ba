// What `plantsense encode` takes for a directory of files.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '../../dist/npy.js';
import { memoryWhile } from '../measure.mjs';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const answerUsage = new URL('answer-usage.mjs', import.meta.url).href;

/**
 * @param {string[]} files of pictures, which are repeated
 * @param {number} count of images
 * @param {string} folder for what is written
 * @returns images per CPU-second and memory
 */
export async function encodeFiles(files, count, folder) {
  const directory = join(folder, 'images');
  mkdirSync(directory);
  for (let i = 0; i < count; i++)
    linkSync(files[i % files.length], join(directory, `${String(i).padStart(6, '0')}.jpg`));
  const out = join(folder, 'features.npy');
  const child = fork(command, ['encode', directory, '--encoder', 'texture', '--out', out], {
    execArgv: ['--import', answerUsage],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`plantsense encode ended with ${code}.`);
  });
  let last = { cpuSecs: 0, rssBytes: 0 };
  const askRssBytes = async () => {
    const answer = once(child, 'message').then(([usage]) => {
      last = usage;
    });
    // It may end at any moment.
    child.send('usage', () => {});
    await Promise.race([answer, ended]);
    return last.rssBytes;
  };
  const memory = await memoryWhile(askRssBytes, ended);
  const { shape } = decodeNpy(readFileSync(out));
  if (shape[0] !== count) throw new Error(`There are features of ${shape[0]} images, not ${count}.`);
  return { imagesPerCpuSec: Math.round(count / last.cpuSecs), memory };
}
