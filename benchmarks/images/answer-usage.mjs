// Loaded before a command, it answers each message of the command's parent with CPU time and memory. It keeps nothing alive.
import { usage } from '../measure.mjs';

process.on('message', () => process.send(usage()));
process.channel.unref();
