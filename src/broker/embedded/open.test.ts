import { afterEach, describe, expect, it } from 'vitest';
import { numbered, readPartition, send, values } from '../conformance/messages.js';
import { DataDirectory, findOwner } from '../data-directory.js';
import { type EmbeddedBroker, type EmbeddedOptions, openEmbedded } from './open.js';
import { OwnerProcess } from './testing/owner-process.js';
import { scratchDirectories } from './testing/scratch.js';

describe('openEmbedded', () => {
  const scratch = scratchDirectories();
  const brokers: EmbeddedBroker[] = [];
  afterEach(async () => {
    for (const broker of brokers.splice(0).reverse()) await broker.close();
  });
  const open = async (directory: string, options?: EmbeddedOptions) => {
    const broker = await openEmbedded(directory, options);
    brokers.push(broker);
    return broker;
  };

  it('makes the first one the owner and attaches the next', async () => {
    const directory = await scratch();
    const owner = await open(directory);
    const guest = await open(directory);
    expect([owner.role, guest.role]).toEqual(['owner', 'attached']);
    await guest.admin.createTopic('t', { partitions: 1 });
    await send(guest, 't', numbered(3));
    expect(values(await readPartition(owner, { topic: 't', partition: 0 }))).toEqual(['0', '1', '2']);
  });

  it('refuses a second owner', async () => {
    const directory = await scratch();
    await open(directory, { mode: 'own' });
    await expect(openEmbedded(directory, { mode: 'own' })).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringMatching(/process \d+, which serves broker 127\.0\.0\.1:\d+/),
    });
  });

  it('refuses to attach to nobody', async () => {
    await expect(openEmbedded(await scratch(), { mode: 'attach' })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
    });
  });

  it('waits for an owner that does not serve yet', async () => {
    const path = await scratch();
    const directory = await DataDirectory.own(path);
    const attaching = open(path, { mode: 'attach' });
    const owner = await open(path, { directory });
    expect((await attaching).role).toBe('attached');
    expect(owner.directory).toBe(directory);
    // The directory was given: it stays owned, but no longer serves a broker.
    await owner.close();
    expect((await findOwner(path))?.addresses).toEqual({});
    await directory.release();
  });

  it('goes on with what is there after the owner was closed', async () => {
    const directory = await scratch();
    for (const round of [0, 1, 2]) {
      const broker = await openEmbedded(directory, { mode: 'own' });
      await broker.admin.createTopic('t', { partitions: 1 });
      await send(broker, 't', numbered(2, 0, round * 2));
      await broker.close();
      await broker.close();
    }
    const broker = await open(directory);
    expect(values(await readPartition(broker, { topic: 't', partition: 0 }))).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  it('fails a guest while the owner is dead, and takes the directory over', async () => {
    const directory = await scratch();
    const owner = await OwnerProcess.start(directory);
    const guest = await open(directory, { mode: 'attach' });
    await guest.admin.createTopic('t', { partitions: 1 });
    const producer = await guest.producer();
    await producer.send('t', numbered(2));
    await owner.end('SIGKILL');
    await expect(producer.send('t', numbered(1))).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });

    await open(directory, { mode: 'own' });
    await producer.send('t', numbered(1, 0, 2));
    expect(values(await readPartition(guest, { topic: 't', partition: 0 }))).toEqual(['0', '1', '2']);
  });

  it('leaves the directory free when opening fails', async () => {
    const directory = await scratch();
    const first = await openEmbedded(directory, { mode: 'own' });
    const port = Number((await findOwner(directory))!.addresses.broker!.split(':')[1]);
    await expect(openEmbedded(await scratch(), { mode: 'own', port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
    await first.close();
    expect(await findOwner(directory)).toBeNull();
  });
});
