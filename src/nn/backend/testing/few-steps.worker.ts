import { parentPort } from 'node:worker_threads';
import { openBackend } from '../open-backend.js';
import { trainFewSteps } from './few-steps.js';

const backend = await openBackend();
parentPort?.postMessage({ backend, steps: trainFewSteps() });
