import { join } from 'node:path';
import { DataDirectory } from '../../data-directory.js';
import { LocalCore } from '../local-core.js';
import { BrokerServer } from '../server.js';

const directory = await DataDirectory.own(process.argv[2]!);
// Small segments, so that everything also happens across their borders.
const core = await LocalCore.open(join(directory.path, 'broker'), {
  segmentBytes: 100_000,
  warn: (message, error) => console.error(message, error),
});
const server = await BrokerServer.listen(core, { token: directory.token });
await directory.announce({ broker: server.address });

process.on('message', topic => {
  void core.compact(String(topic)).then(() => process.send!('compacted'));
});
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => core.close())
    .then(() => directory.release())
    .then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');
