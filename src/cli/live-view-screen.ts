/** A terminal that can be drawn on: a part of `tty.WriteStream`. */
export interface Terminal {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** The part of `process` that tells when it ends or is suspended. */
export interface ProcessEvents {
  on(event: 'exit' | 'SIGTSTP' | 'SIGCONT', listener: () => void): unknown;
  off(event: 'exit' | 'SIGTSTP' | 'SIGCONT', listener: () => void): unknown;
  kill(pid: number, signal: 'SIGSTOP'): unknown;
  readonly pid: number;
}

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_TO_END_OF_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/**
 * Draws frames on a terminal's second screen, so that what stood there before comes back when the view ends: by `close`,
 * by Ctrl-Z, or with the process, however it ends.
 */
export class LiveScreen {
  readonly #terminal: Terminal;
  readonly #process: ProcessEvents;
  readonly #redraw: () => void;
  #isOpen = false;

  /** @param redraw called when the terminal has another size, or comes back */
  constructor(terminal: Terminal, events: ProcessEvents, redraw: () => void) {
    this.#terminal = terminal;
    this.#process = events;
    this.#redraw = redraw;
  }

  get columns(): number {
    return this.#terminal.columns ?? 80;
  }

  get rows(): number {
    return this.#terminal.rows ?? 24;
  }

  open(): void {
    this.#enter();
    this.#terminal.on('resize', this.#redraw);
    this.#process.on('exit', this.#leave);
    this.#process.on('SIGTSTP', this.#suspend);
    this.#process.on('SIGCONT', this.#resume);
  }

  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    // Each line is overwritten and only its rest cleared: clearing all first would flicker.
    const text = lines.map(line => `${line}${CLEAR_TO_END_OF_LINE}`).join('\r\n');
    this.#terminal.write(`${HOME}${text}${CLEAR_BELOW}`);
  }

  close(): void {
    this.#leave();
    this.#terminal.off('resize', this.#redraw);
    this.#process.off('exit', this.#leave);
    this.#process.off('SIGTSTP', this.#suspend);
    this.#process.off('SIGCONT', this.#resume);
  }

  #enter(): void {
    this.#isOpen = true;
    this.#terminal.write(ENTER);
  }

  readonly #leave = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#terminal.write(LEAVE);
  };

  readonly #suspend = (): void => {
    this.#leave();
    // Listening to SIGTSTP has taken its effect away; SIGSTOP can't be listened to.
    this.#process.kill(this.#process.pid, 'SIGSTOP');
  };

  readonly #resume = (): void => {
    this.#enter();
    this.#redraw();
  };
}
