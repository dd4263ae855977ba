import type { ErrorCode } from '../../errors.js';
import type { Credentials } from './authentication.js';

/** What the child process needs to serve a directory. Sent over the channel: a command line can be read by others. */
export interface ServeOptions {
  readonly directory: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly credentials: Credentials;
  readonly maxBodyBytes: number;
}

export type OwnerMessage =
  | { readonly type: 'serve'; readonly options: ServeOptions }
  | { readonly type: 'stop' };

export type StoreLogLevel = 'debug' | 'info' | 'warn' | 'error';

export type ChildMessage =
  | { readonly type: 'ready'; readonly port: number; readonly version: string }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'log'; readonly level: StoreLogLevel; readonly message: string }
  | { readonly type: 'stopped' };
