// Wraps a topology's engines so that the process kills itself (SIGKILL) at a planned moment, and leaves a note of where it
// was: the test reads it, and looks at the log, to be sure that the kill landed there.
import { writeFileSync } from 'node:fs';
import { onceRequested, onceWritten } from './departures.mjs';

/**
 * @typedef {object} Moment
 * @property {'insert' | 'commit' | 'send'} inside which call
 * @property {'before' | 'sent' | 'answered'} when before the engine hears of it; when the request has left and no answer
 *   has come; when the engine has done it and the caller does not know yet
 * @property {string} of the table, the stage whose commit it is, or the topic that is sent to; '' for any
 * @property {number} nth which of such calls, from 1
 * @property {'process' | 'group'} who dies: this process, or the store's process in the same instant too
 */

/** @param {string} note the file to leave the note in: how far the call was, and what it was about */
export function dieAt(moment, note, { broker, store }) {
  let calls = 0;

  const die = (reached, about) => {
    writeFileSync(note, JSON.stringify({ reached, about }));
    process.kill(moment.who === 'group' ? -process.pid : process.pid, 'SIGKILL');
    // The signal is delivered at once; nothing may happen until it is.
    return new Promise(() => {});
  };

  /**
   * Makes the call, and dies in it when it is the one.
   * @param onceSent calls back when the request of this call has left
   */
  const within = async (inside, of, about, onceSent, call) => {
    if (inside !== moment.inside || (moment.of !== '' && moment.of !== of)) return call();
    calls += 1;
    if (calls !== moment.nth) return call();
    if (moment.when === 'before') return die('before', about);
    if (moment.when === 'sent') onceSent(() => die('sent', about));
    await call();
    return die('answered', about);
  };

  const insert = (block, token, signal) =>
    within(
      'insert',
      block.table,
      { token },
      sent => onceRequested(path => path.includes(encodeURIComponent(token)), sent),
      () => store.insert(block, token, signal),
    );

  const send = (producer, topic, messages) =>
    within(
      'send',
      topic,
      { origin: Buffer.from(messages.at(-1).headers.origin).toString() },
      () => {
        throw new Error('Nobody has asked for this moment yet.');
      },
      () => producer.send(topic, messages),
    );

  const commit = (group, owned, what) => {
    const about = { group, topic: owned.topic, partition: owned.partition, commit: what };
    return within(
      'commit',
      group.split('.').at(-1),
      about,
      sent => onceWritten(bytes => isCommit(broker.kind, bytes, about), sent),
      () => owned.commit(what),
    );
  };

  return {
    store: { ...store, insert },
    broker: {
      kind: broker.kind,
      admin: broker.admin,
      reader: (at, from) => broker.reader(at, from),
      close: () => broker.close(),
      producer: async () => {
        const producer = await broker.producer();
        return {
          send: (topic, messages) => send(producer, topic, messages),
          close: () => producer.close(),
        };
      },
      join: (options, listener) => {
        const wrapped = new Map();
        const wrap = partition => {
          const known = wrapped.get(partition);
          if (known) return known;
          const mine = withCommit(partition, what => commit(options.group, partition, what));
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

/** The same partition, whose commits are made by `commit`. */
function withCommit(partition, commit) {
  return new Proxy(partition, {
    get: (target, name) => {
      if (name === 'commit') return commit;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Whether bytes on their way out are this commit: a record of the embedded log, or the body of a request to Kafka. */
function isCommit(kind, bytes, { group, topic, partition, commit }) {
  if (kind === 'embedded') return bytes.includes(JSON.stringify(['commit', group, topic, partition]));
  const offset = Buffer.alloc(8);
  offset.writeBigInt64BE(BigInt(commit.offset));
  return [group, offset, commit.metadata].every(part => bytes.includes(part));
}
