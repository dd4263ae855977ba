import { createServer, type Server } from 'node:net';
import { PlantsenseError } from '../../errors.js';
import type { Core } from './core.js';
import { ServerConnection } from './server-connection.js';

const SESSION_CHECK_MS = 250;

export interface BrokerServerOptions {
  /** What a client must know. */
  readonly token: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

/** Serves a core on loopback, so that commands work beside the process that owns the log. */
export class BrokerServer {
  /** `127.0.0.1:4711` */
  readonly address: string;
  private readonly server: Server;
  private readonly connections: Set<ServerConnection>;
  private readonly sessions: NodeJS.Timeout;

  private constructor(server: Server, connections: Set<ServerConnection>) {
    const address = server.address() as { address: string; port: number };
    this.address = `${address.address}:${address.port}`;
    this.server = server;
    this.connections = connections;
    let lastMs = performance.now();
    this.sessions = setInterval(() => {
      const nowMs = performance.now();
      // After this process itself stood still, what clients sent meanwhile is yet to be read.
      if (nowMs - lastMs < 4 * SESSION_CHECK_MS) for (const c of connections) c.expireSessions(nowMs);
      lastMs = nowMs;
    }, SESSION_CHECK_MS).unref();
  }

  /** @throws PlantsenseError PORT_IN_USE */
  static listen(core: Core, { token, port = 0 }: BrokerServerOptions): Promise<BrokerServer> {
    const connections = new Set<ServerConnection>();
    const server = createServer(socket => {
      const connection = new ServerConnection(socket, core, token);
      connections.add(connection);
      socket.on('close', () => connections.delete(connection));
    });
    return new Promise((resolve, reject) => {
      server.once('error', error => {
        reject(
          (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
            ? new PlantsenseError('PORT_IN_USE', `Port ${port} of 127.0.0.1 is taken.`, { cause: error })
            : error,
        );
      });
      server.listen(port, '127.0.0.1', () => resolve(new BrokerServer(server, connections)));
    });
  }

  close(): Promise<void> {
    clearInterval(this.sessions);
    return new Promise(resolve => {
      this.server.close(() => resolve());
      for (const connection of this.connections) connection.close();
    });
  }
}
