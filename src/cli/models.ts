import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { listModelsCommand } from './models-list.js';
import { promoteModelCommand } from './models-promote.js';
import { rollBackModelCommand } from './models-rollback.js';
import { showModelCommand } from './models-show.js';
import { newGroup } from './new-command.js';

export function modelsCommand(cli: Cli): Command {
  return newGroup(
    'models',
    'See which model versions there are, put one into use, and go back to an earlier one.',
    [listModelsCommand(cli), showModelCommand(cli), promoteModelCommand(cli), rollBackModelCommand(cli)],
  );
}
