import { runProgram } from './run-program.js';

/** A C++ compiler: the start of its command line, and the environment that it runs in. */
export interface Compiler {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The C++ compilers of this machine, best first: g++, clang++. With $CXX set, that one and no other. */
export async function installedCompilers(env: NodeJS.ProcessEnv): Promise<Compiler[]> {
  const asked = env.CXX?.split(/\s+/).filter(word => word !== '') ?? [];
  const candidates = asked.length > 0 ? [asked] : [['g++'], ['clang++']];
  const found: Compiler[] = [];
  for (const command of candidates) {
    const { ok } = await runProgram([...command, '--version'], env);
    if (ok) found.push({ name: command.join(' '), command, env });
  }
  return found;
}
