import { buildGraph, type Graph } from './graph.js';
import { type Path, valueAt } from './json-schema.js';
import type { ParsedTopology } from './parse-topology.js';
import { formatPath, type Problem, problem } from './problem.js';
import type { RuleName } from './rules.js';
import type { SensorSettings } from './sensor-options.js';
import { overrideSensor } from './sensor-options.js';
import type { StageOptions, StageType } from './stage-options.js';
import type { Topology } from './topology.js';
import type { YamlSource } from './yaml-source.js';

/** A set of sensor settings that the file gives: the defaults, or one sensor's. */
export interface SensorVariant {
  readonly path: Path;
  readonly settings: SensorSettings;
  /** True when the file itself gives one of these options here: a problem of the defaults is reported once. */
  gives(...options: readonly string[]): boolean;
}

/** What a rule looks at, and where it says what it found. */
export class LintContext {
  readonly topology: Topology;
  readonly graph: Graph;
  readonly problems: Problem[] = [];
  readonly #source: YamlSource;
  readonly #templates: ReadonlyMap<string, string>;

  constructor(topology: Topology, { source, templates }: ParsedTopology) {
    this.topology = topology;
    this.graph = buildGraph(topology);
    this.#source = source;
    this.#templates = templates;
  }

  report(rule: RuleName, path: Path, message: string, suggestion: string | null = null): void {
    this.problems.push(problem(rule, this.#source.place(path), path, message, suggestion));
  }

  /** Stages of one type, by name. */
  stages<T extends StageType>(type: T): readonly (readonly [string, Extract<StageOptions, { type: T }>])[] {
    return [...this.topology.stages].flatMap(([name, stage]) =>
      isType(stage, type) ? [[name, stage] as const] : [],
    );
  }

  /** Sensors that are fixed to a machine; null among them: those that are not listed too. */
  machines(): readonly (string | null)[] {
    const { defaults, byId, unknown } = this.topology.sensors;
    const listed = [...byId].flatMap(([id, changes]) =>
      overrideSensor(defaults, changes).machine ? [id] : [],
    );
    return unknown === 'accept' && defaults.machine ? [...listed, null] : listed;
  }

  /** The defaults and every sensor, with all their settings. */
  sensors(): readonly SensorVariant[] {
    const { defaults, byId } = this.topology.sensors;
    const variant = (path: Path, settings: SensorSettings, isDefault: boolean): SensorVariant => ({
      path,
      settings,
      gives: (...names) => isDefault || names.some(name => this.isGiven([...path, name])),
    });
    return [
      variant(['sensors', 'defaults'], defaults, true),
      ...[...byId].map(([id, changes]) =>
        variant(['sensors', 'by_id', id], overrideSensor(defaults, changes), false),
      ),
    ];
  }

  isGiven(path: Path): boolean {
    return valueAt(this.#source.value, path) !== undefined;
  }

  /** True when the text at `path` holds environment variables. */
  isInterpolated(path: Path): boolean {
    return this.#templates.has(formatPath(path));
  }
}

function isType<T extends StageType>(
  stage: StageOptions,
  type: T,
): stage is Extract<StageOptions, { type: T }> {
  return stage.type === type;
}
