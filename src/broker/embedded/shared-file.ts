import { type FileHandle, open } from 'node:fs/promises';

/**
 * A file handle that several asynchronous operations use at once. It is opened by the first one, and closed by the last
 * one unless `keepOpen`: closing a descriptor under a running read could make the read hit another file.
 */
export class SharedFile {
  readonly path: string;
  keepOpen: boolean;
  private handle: FileHandle | undefined;
  private opening: Promise<FileHandle> | undefined;
  private users = 0;

  /** @param handle one that is open already */
  constructor(path: string, keepOpen = false, handle?: FileHandle) {
    this.path = path;
    this.keepOpen = keepOpen;
    this.handle = handle;
  }

  async use<T>(operation: (handle: FileHandle) => Promise<T>): Promise<T> {
    this.users++;
    try {
      return await operation(this.handle ?? (await this.open()));
    } finally {
      this.users--;
      await this.closeIfIdle();
    }
  }

  /** No longer keeps the file open. It is closed now, or by the last operation that still runs. */
  async release(): Promise<void> {
    this.keepOpen = false;
    await this.closeIfIdle();
  }

  private async open(): Promise<FileHandle> {
    this.opening ??= open(this.path, 'r+').finally(() => {
      this.opening = undefined;
    });
    this.handle = await this.opening;
    return this.handle;
  }

  private async closeIfIdle(): Promise<void> {
    if (this.users > 0 || this.keepOpen || this.handle === undefined) return;
    const { handle } = this;
    this.handle = undefined;
    await handle.close();
  }
}
