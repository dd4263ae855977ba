import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../conformance/eventually.js';
import { Member } from '../conformance/member.js';
import { numbered, send } from '../conformance/messages.js';
import { ClientConnection } from './client-connection.js';
import { CoreBroker } from './core-broker.js';
import { LocalCore } from './local-core.js';
import { RemoteCore } from './remote-core.js';
import { BrokerServer } from './server.js';
import { scratchDirectories } from './testing/scratch.js';

const TOKEN = 'a'.repeat(64);

describe('BrokerServer', () => {
  const scratch = scratchDirectories();
  const cleanUp: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  const serve = async () => {
    const core = await LocalCore.open(await scratch());
    const server = await BrokerServer.listen(core, { token: TOKEN });
    cleanUp.push(
      () => core.close(true),
      () => server.close(),
    );
    await core.createTopic('t', { partitions: 2 });
    return { core, server };
  };
  const remote = (address: string, token = TOKEN) => {
    const core = new RemoteCore(async () => ({ address, token }));
    cleanUp.push(() => core.close());
    return core;
  };
  /** Sends bytes and gives what the server says before it hangs up. */
  const talk = (address: string, bytes: Buffer) =>
    new Promise<string>(resolve => {
      const socket = connect(Number(address.split(':')[1]), '127.0.0.1', () => socket.write(bytes));
      let heard = '';
      socket.on('data', chunk => {
        heard += chunk.toString();
      });
      socket.on('close', () => resolve(heard));
    });

  it('listens on loopback only', async () => {
    const { server } = await serve();
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('does nothing for who does not know the token', async () => {
    const { core, server } = await serve();
    for (const token of ['', 'b'.repeat(64), 'a'.repeat(63)]) {
      await expect(remote(server.address, token).deleteTopic('t')).rejects.toMatchObject({
        code: 'BROKER_AUTH_FAILED',
      });
    }
    const request = Buffer.from(JSON.stringify({ id: 1, op: 'deleteTopic', args: ['t'] }));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(4 + request.length, 0);
    head.writeUInt32BE(request.length, 4);
    expect(await talk(server.address, Buffer.concat([head, request]))).toContain('BROKER_AUTH_FAILED');
    expect(await core.listTopics()).toEqual(['t']);
  });

  it('hangs up on another protocol', async () => {
    const { server } = await serve();
    expect(await talk(server.address, Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('');
  });

  it('says that a port is taken', async () => {
    const { core, server } = await serve();
    const port = Number(server.address.split(':')[1]);
    await expect(BrokerServer.listen(core, { token: TOKEN, port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
  });

  it('answers a call it does not know, and damaged records, with an error', async () => {
    const { server } = await serve();
    const connection = await ClientConnection.open({ address: server.address, token: TOKEN }, () => {});
    await expect(connection.request('sing', null).answer).rejects.toMatchObject({ code: 'INTERNAL' });
    const append = connection.request('append', { topic: 't', partitions: [] }, Buffer.alloc(50));
    await expect(append.answer).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    connection.close();
  });

  it('evicts a member whose process stands still, and takes it in again when it wakes', async () => {
    const { core, server } = await serve();
    const sleeper = remote(server.address);
    const options = { group: 'g', topics: ['t'], sessionTimeoutMs: 600 };
    const asleep = await Member.join(new CoreBroker(sleeper), options, { fetches: false });
    await eventually('assigned', () => asleep.partitions.length === 2);
    const old = asleep.partitions;
    const awake = await Member.join(new CoreBroker(core), options, { fetches: false });
    await eventually('one each', () => asleep.partitions.length === 1);

    // As if stopped: it neither says anything nor hears what it is told.
    const { connection } = sleeper as unknown as { connection: { ping: () => void; socket: Socket } };
    const { ping } = connection;
    connection.ping = () => {};
    connection.socket.pause();
    await eventually('all to the other', () => awake.partitions.length === 2);
    connection.ping = ping;
    connection.socket.resume();
    for (const partition of old) {
      await expect(partition.commit({ offset: 1, metadata: '' })).rejects.toMatchObject({
        code: 'COMMIT_FENCED',
      });
    }
    await eventually('one each again', () => asleep.partitions.length === 1);
    expect(awake.partitions).toHaveLength(1);
  });

  it('fails a client with BROKER_UNAVAILABLE while it is gone, and serves it again', async () => {
    const { core, server } = await serve();
    let { address } = server;
    const client = new RemoteCore(async () => ({ address, token: TOKEN }));
    cleanUp.push(() => client.close());
    const broker = new CoreBroker(client);
    const member = await Member.join(broker, { group: 'g', topics: ['t'] });
    await send(broker, 't', numbered(5));
    await eventually('read', () => member.received.length === 5);

    await server.close();
    await eventually('lost', () => member.partitions.length === 0);
    await expect(client.listTopics()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });

    const next = await BrokerServer.listen(core, { token: TOKEN });
    cleanUp.push(() => next.close());
    address = next.address;
    await send(broker, 't', numbered(5, 0, 5));
    await eventually('read on', () => member.received.length === 10);
  });

  it('forgets the members of a client that hangs up', async () => {
    const { core, server } = await serve();
    const client = remote(server.address);
    const member = await Member.join(new CoreBroker(client), { group: 'g', topics: ['t'] });
    await eventually('assigned', () => member.partitions.length === 2);
    await client.close();
    await eventually('empty', () =>
      core.setGroupCommits('g', 't', new Map()).then(
        () => true,
        () => false,
      ),
    );
  });
});
