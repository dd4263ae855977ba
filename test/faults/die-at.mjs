// Wraps a topology's engines so that the process kills itself (SIGKILL) at a planned moment.
import { channel } from 'node:diagnostics_channel';

/**
 * @typedef {object} Moment
 * @property {'insert' | 'commit' | 'send'} inside which call
 * @property {'before' | 'sent' | 'answered'} when before the engine hears of it; when the request has left and no answer
 *   has come; when the engine has done it and the caller does not know yet
 * @property {string} of the stage whose commit it is, the topic that is sent to; '' for any
 * @property {number} nth which of such calls, from 1
 * @property {'process' | 'group'} who dies: this process, or the store's process in the same instant too
 */

/** @param {Moment} moment */
export function dieAt(moment, { broker, store }) {
  let calls = 0;
  /** Makes the call, and dies in it when it is the one. */
  const around = async (inside, of, call) => {
    if (inside !== moment.inside || (moment.of !== '' && moment.of !== of)) return call();
    calls += 1;
    if (calls !== moment.nth) return call();
    if (moment.when === 'before') return die(moment);
    if (moment.when === 'sent' && inside === 'insert') dieWhenSent(moment);
    const made = call();
    // The engine's client writes its request in this turn; the answer can't come before the next.
    if (moment.when === 'sent' && inside !== 'insert') setImmediate(() => die(moment));
    await made;
    return die(moment);
  };
  return {
    store: {
      ...store,
      insert: (block, token, signal) =>
        around('insert', block.table, () => store.insert(block, token, signal)),
    },
    broker: {
      kind: broker.kind,
      admin: broker.admin,
      reader: (at, from) => broker.reader(at, from),
      close: () => broker.close(),
      producer: async () => {
        const producer = await broker.producer();
        return {
          send: (topic, messages) => around('send', topic, () => producer.send(topic, messages)),
          close: () => producer.close(),
        };
      },
      join: (options, listener) => {
        const stage = options.group.split('.').at(-1);
        const wrapped = new Map();
        const wrap = partition => {
          const known = wrapped.get(partition);
          if (known) return known;
          const mine = commitsThrough(partition, call => around('commit', stage, call));
          wrapped.set(partition, mine);
          return mine;
        };
        return broker.join(options, {
          assigned: partitions => listener.assigned(partitions.map(wrap)),
          revoked: (partitions, deadline) => listener.revoked(partitions.map(wrap), deadline),
          lost: partitions => listener.lost(partitions.map(wrap)),
          failed: error => listener.failed(error),
        });
      },
    },
  };
}

/** A partition whose commits are made by `commit`. */
function commitsThrough(partition, commit) {
  const mine = {
    fetch: (maxBytes, signal) => partition.fetch(maxBytes, signal),
    seek: offset => partition.seek(offset),
    commit: what => commit(() => partition.commit(what)),
  };
  for (const name of [
    'topic',
    'partition',
    'position',
    'highWatermark',
    'generation',
    'incarnation',
    'committed',
    'lostOffsets',
  ])
    Object.defineProperty(mine, name, { get: () => partition[name] });
  return mine;
}

/** Dies when the next request to the store has been written to its socket. */
function dieWhenSent(moment) {
  const started = channel('http.client.request.start');
  const watch = ({ request }) => {
    started.unsubscribe(watch);
    request.once('finish', () => die(moment));
  };
  started.subscribe(watch);
}

function die({ who }) {
  process.kill(who === 'group' ? -process.pid : process.pid, 'SIGKILL');
  // The signal is delivered at once; nothing may happen until it is.
  return new Promise(() => {});
}
