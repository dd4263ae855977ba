#!/usr/bin/env node
import type { Writable } from 'node:stream';
import type { Cli } from './cli.js';
import { EXIT, exitCodeOf, Interrupted } from './exit-code.js';
import { listenForInterrupts } from './interrupts.js';
import { Output } from './output.js';
import { printError } from './print-error.js';
import { runCli, wantsJson } from './run-cli.js';

/** What is still open this long after the command has ended was forgotten: it must not keep the shell waiting. */
const FORGOTTEN_MS = 3000;

const controller = new AbortController();

/** `| head` closes the pipe when it has enough: the command stops, and nobody is told. */
function listenForClosedPipe(stream: Writable): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!controller.signal.aborted) controller.abort(new Interrupted('EPIPE'));
  });
}

listenForClosedPipe(process.stdout);
listenForClosedPipe(process.stderr);
const cli: Cli = {
  stdout: new Output(process.stdout),
  stderr: new Output(process.stderr),
  env: process.env,
  signal: controller.signal,
  exitCode: EXIT.ok,
};
listenForInterrupts(controller, process, () => {
  if (cli.stderr.isTerminal) void cli.stderr.line('\nFinishing what was begun; Ctrl-C again stops at once.');
});

const args = process.argv.slice(2);
// A mistake of ours that no command awaited; it looks like every other error.
process.on('uncaughtException', error => {
  void printError(cli, error, wantsJson(args)).then(() => process.exit(exitCodeOf(error)));
});

const exitCode = await runCli(args, cli);
process.exitCode = exitCode;
setTimeout(() => process.exit(exitCode), FORGOTTEN_MS).unref();
