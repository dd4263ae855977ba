import { checkOps } from './testing/ops-checks.js';

checkOps('native');
