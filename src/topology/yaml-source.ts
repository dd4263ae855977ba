import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { type Env, interpolate } from './interpolate.js';
import type { Path } from './json-schema.js';
import { type Place, type Problem, problem } from './problem.js';

const START: Place = { line: 1, column: 1 };

/** A text that held references to environment variables, before and after. */
export class Interpolated {
  readonly template: string;
  readonly text: string;

  constructor(template: string, text: string) {
    this.template = template;
    this.text = text;
  }
}

/** A YAML file: its value, with `Interpolated` where variables were put in, and where each part of it stands. */
export class YamlSource {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly value: unknown;
  /** What is wrong with the file as YAML, and with its references. Syntax errors leave `value` undefined. */
  readonly problems: readonly Problem[];

  constructor(text: string, env: Env) {
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const problems = [...this.#document.errors, ...this.#document.warnings].map(error =>
      problem('yaml-syntax', this.#placeAt(error.pos[0]), [], `This is not valid YAML: ${error.message}.`),
    );
    if (problems.length === 0) {
      problems.push(...this.#interpolate(env));
      this.value = this.#toValue(problems);
    }
    this.problems = problems;
  }

  /** Where the value at `path` stands, or the nearest thing around it that is in the file. */
  place(path: Path): Place {
    return this.#locate(path, false);
  }

  /** Where the name of the option at `path` stands. */
  keyPlace(path: Path): Place {
    return this.#locate(path, true);
  }

  #locate(path: Path, key: boolean): Place {
    let node: unknown = this.#document.contents;
    let found = this.#placeOf(node);
    for (const [i, step] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const pair = isMap(node) ? findPair(node.items, step) : null;
      if (pair && key && i === path.length - 1) return this.#placeOf(pair.key);
      if (pair) node = pair.value ?? pair.key;
      else if (isSeq(node) && typeof step === 'number') node = node.items[step];
      else break;
      found = this.#placeOf(node);
    }
    return found;
  }

  /** Puts variables into texts, never into names. */
  #interpolate(env: Env): Problem[] {
    const problems: Problem[] = [];
    visit(this.#document, {
      Scalar: (key, node) => {
        if (typeof node.value !== 'string') return;
        if (key === 'key') {
          // JavaScript's objects, and so the parser behind us, would lose it without a word.
          if (node.value === '__proto__') problems.push(forbiddenName(this.#placeOf(node), node.value));
          return;
        }
        const result = interpolate(node.value, env);
        if (result.type === 'missing') problems.push(missingVariable(this.#placeOf(node), result.name));
        else if (result.type === 'malformed')
          problems.push(malformedReference(this.#placeOf(node), result.reference));
        else if (result.type === 'resolved') {
          const scalar: Scalar = node;
          scalar.value = new Interpolated(node.value, result.text);
        }
      },
    });
    return problems;
  }

  #toValue(problems: Problem[]): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(problem('yaml-syntax', START, [], `The aliases can't be followed: ${reason}.`));
      return undefined;
    }
  }

  #placeOf(node: unknown): Place {
    const start = isNode(node) ? node.range?.[0] : undefined;
    return start === undefined ? START : this.#placeAt(start);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return line === 0 ? START : { line, column: col };
  }
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isCollection(value) || isAlias(value);
}

function findPair(pairs: readonly Pair[], key: string | number): Pair | null {
  return pairs.find(pair => isScalar(pair.key) && String(pair.key.value) === String(key)) ?? null;
}

function forbiddenName(place: Place, name: string): Problem {
  return problem('invalid-value', place, [], `\`${name}\` can't be a name.`, 'Choose another one.');
}

function missingVariable(place: Place, name: string): Problem {
  return problem(
    'env-missing',
    place,
    [],
    `The environment variable ${name} is not set.`,
    `Set it, or give a default: \${${name}:-value}.`,
  );
}

function malformedReference(place: Place, reference: string): Problem {
  return problem(
    'env-malformed',
    place,
    [],
    `\`${reference}\` is no reference to an environment variable.`,
    `Write \${NAME} or \${NAME:-default}, and $$ for a dollar sign.`,
  );
}
