/** What a component can be, and whether it may be called ready then. */
const STATES = {
  /** Not up yet. */
  starting: false,
  /** Works, or would if there were work. */
  ready: true,
  /** Works and waits for something that will come by itself, such as a first model. */
  waiting: true,
  /** Something it needs is away; it tries again and nothing is lost. */
  retrying: false,
  /** There is work and it does not move. */
  stalled: false,
  /** Drains and leaves. */
  stopping: false,
  /** Ended by an error. */
  failed: false,
} as const satisfies Record<string, boolean>;

export type ComponentState = keyof typeof STATES;

export interface ComponentHealth {
  readonly state: ComponentState;
  /** One sentence for people, or empty. */
  readonly detail: string;
  /** When the state was entered, ISO 8601. */
  readonly since: string;
}

/** What `/ready` answers. */
export interface HealthReport {
  readonly ready: boolean;
  readonly components: Readonly<Record<string, ComponentHealth>>;
}

/** The state of each component of the process: stages, broker, store. Ready when all of them are, and there is one. */
export class Health {
  readonly #components = new Map<string, ComponentHealth>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** Says how a component is. `since` stays when only the detail changes. */
  set(component: string, state: ComponentState, detail = ''): void {
    const before = this.#components.get(component);
    const since = before?.state === state ? before.since : new Date(this.#nowMs()).toISOString();
    this.#components.set(component, { state, detail, since });
  }

  remove(component: string): void {
    this.#components.delete(component);
  }

  get(component: string): ComponentHealth | undefined {
    return this.#components.get(component);
  }

  report(): HealthReport {
    const all = [...this.#components];
    return {
      ready: all.length > 0 && all.every(([, { state }]) => STATES[state]),
      components: Object.fromEntries(all),
    };
  }
}
