import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from './cli.js';
import { DEFAULT_DATA_DIR } from './demo-data-dir.js';
import type { DemoReport } from './demo-report.js';
import { type JsonOption, newCommand, parsed, wholeNumber } from './new-command.js';
import { readVersion } from './version.js';

interface Flags extends JsonOption {
  readonly for?: number;
  readonly fresh: boolean;
  readonly dataDir: string;
  readonly microphones: number;
  readonly view: boolean;
}

export function demoCommand(cli: Cli): Command {
  return newCommand(
    'demo',
    'Run a small plant in here: simulated microphones and a camera, an embedded broker and store, and a live view of what is heard and seen.',
    'demo --for 60s --fresh',
  )
    .addOption(parsed('--for <time>', 'end after a time such as 90s or 5m; without it at Ctrl-C', duration))
    .option('--fresh', 'delete what earlier demos left in the data directory, and start over', false)
    .option('--data-dir <dir>', 'where the demo keeps its data', DEFAULT_DATA_DIR)
    .addOption(parsed('--microphones <count>', 'how many, at least 8', wholeNumber(8, 500), '8'))
    .option('--no-view', 'plain lines instead of the live view')
    .action(async (flags: Flags) => {
      const { runDemo } = await import('./demo-run.js');
      const { DemoClock } = await import('./demo-clock.js');
      const { microphones, dataDir, fresh } = flags;
      await runDemo(
        {
          microphones,
          dataDir,
          fresh,
          forSecs: flags.for ?? null,
          version: readVersion(),
          signal: cli.signal,
          clock: new DemoClock(),
        },
        await reportFor(cli, flags),
      );
    });
}

async function reportFor(cli: Cli, flags: Flags): Promise<DemoReport> {
  if (flags.json) return new (await import('./demo-json.js')).JsonReport(cli.stdout);
  const { LinesReport } = await import('./demo-lines.js');
  const lines = new LinesReport(cli.stdout, cli.stderr, commandLine(cli));
  if (!flags.view || !canDraw(cli)) return lines;
  const { ViewReport } = await import('./demo-view.js');
  const utcOffsetMinutes = -new Date().getTimezoneOffset();
  return new ViewReport({ terminal: process.stderr, process, around: lines, utcOffsetMinutes });
}

function canDraw({ stderr, env }: Cli): boolean {
  return stderr.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** How the person who typed this command would type another one. */
function commandLine({ env }: Cli): (args: string) => string {
  // What `npm run` starts is `npm run` for whoever typed it, and it takes options after two dashes.
  if (env.npm_lifecycle_event === 'demo')
    return args => {
      const [command, ...rest] = args.split(' ');
      if (command !== 'demo') return `npm run --silent plantsense -- ${args}`;
      return ['npm run demo', ...(rest.length > 0 ? ['--', ...rest] : [])].join(' ');
    };
  const script = relative(process.cwd(), process.argv[1] ?? '');
  return args => (script.endsWith('.js') ? `node ${script} ${args}` : `plantsense ${args}`);
}

/** `90s`, `5m`, `1h` or plain seconds, as seconds. */
function duration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? [];
  const secs = Number(amount) * ({ s: 1, m: 60, h: 3600 }[unit] ?? 1);
  if (secs >= 1) return secs;
  throw new InvalidArgumentError('It must be a time such as 90s, 5m or 1h, a second at least.');
}
