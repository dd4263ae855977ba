import { openStore } from '../open.js';

/** A process that owns an embedded store until it is killed. Started with the directory; tells when the store is up. */
const [directory] = process.argv.slice(2);
const store = await openStore({ type: 'embedded', directory: directory! });
process.send!({ childPid: store.pid(), url: store.url });
