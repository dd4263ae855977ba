import { Command } from 'commander';
import { benchCommand } from './bench.js';
import { calibrateCommand } from './calibrate.js';
import type { Cli } from './cli.js';
import { clusterCommand } from './cluster.js';
import { dbCommand } from './db.js';
import { deadLetterCommand } from './dead-letter.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { encodeCommand } from './encode.js';
import { featuresCommand } from './features.js';
import { graphCommand } from './graph.js';
import { groupCommand } from './group.js';
import { labelCommand } from './label.js';
import { lintCommand } from './lint.js';
import { metricsCommand } from './metrics.js';
import { modelsCommand } from './models.js';
import { runCommand } from './run.js';
import { scoreCommand } from './score.js';
import { sendCommand } from './send.js';
import { tapCommand } from './tap.js';
import { testCommand } from './test.js';
import { topicsCommand } from './topics.js';
import { trainCommand } from './train.js';
import { readVersion } from './version.js';

const EXIT_CODES = `
Exit codes:
  0    done
  1    a check found something, or the input will never work
  2    the command line is wrong
  3    it can't go on, or something that it needs does not answer
  130  stopped by Ctrl-C before the end (143: by SIGTERM)

Everything is in docs/reference/cli.md, and what to do about an error code in docs/troubleshooting.md.`;

/**
 * The whole command line. Commands import what is heavy only when they run, so that help is there at once;
 * `program.test.ts` looks after that.
 */
export function buildProgram(cli: Cli): Command {
  const program = new Command('plantsense')
    .description(
      'Listens to a plant and looks at it: sound and pictures in; levels, events, groups and anomaly scores out.',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', EXIT_CODES);

  program.commandsGroup('Run a topology:');
  program.addCommand(demoCommand(cli));
  program.addCommand(runCommand(cli));

  program.commandsGroup('Write a topology:');
  program.addCommand(lintCommand(cli));
  program.addCommand(graphCommand(cli));
  program.addCommand(testCommand(cli));
  program.addCommand(topicsCommand(cli));

  program.commandsGroup('Sound:');
  program.addCommand(sendCommand(cli));
  program.addCommand(calibrateCommand(cli));
  program.addCommand(featuresCommand(cli));

  program.commandsGroup('Models:');
  program.addCommand(trainCommand(cli));
  program.addCommand(scoreCommand(cli));
  program.addCommand(modelsCommand(cli));
  program.addCommand(benchCommand(cli));
  program.addCommand(encodeCommand(cli));
  program.addCommand(labelCommand(cli));

  program.commandsGroup('Images:');
  program.addCommand(groupCommand(cli));

  program.commandsGroup('Cluster arrays:');
  program.addCommand(clusterCommand(cli));
  program.addCommand(metricsCommand(cli));

  program.commandsGroup('See what happens:');
  program.addCommand(tapCommand(cli));
  program.addCommand(deadLetterCommand(cli));
  program.addCommand(dbCommand(cli));
  program.addCommand(doctorCommand(cli));

  connect(program, cli);
  return program;
}

/** Makes a command and all below it throw instead of ending the process, and print through `cli`. */
function connect(command: Command, cli: Cli): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: text => void cli.stdout.write(text),
      writeErr: text => void cli.stderr.write(text),
      // `runCli` prints errors, in one form for all.
      outputError: () => {},
    })
    .configureHelp({ showGlobalOptions: false });
  for (const child of command.commands) connect(child, cli);
}
