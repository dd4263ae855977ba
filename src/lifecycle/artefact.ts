import { createHash } from 'node:crypto';
import { PlantsenseError } from '../errors.js';
import { decodeNpy, encodeNpy, type Npy } from '../npy.js';
import { type ModelCard, type ModelCardDraft, modelCardSchema } from './model-card.js';

/** The files of a model by name: `card.json` and an array each in `NAME.npy`. */
export type ArtefactFiles = ReadonlyMap<string, Uint8Array>;

/** A model as it is stored: what describes it, and its numbers, bit for bit. */
export interface Artefact {
  readonly card: ModelCard;
  readonly arrays: ReadonlyMap<string, Npy>;
  readonly files: ArtefactFiles;
  /** SHA-256 of `card.json`, which holds those of the other files. */
  readonly cardSha256: string;
}

const CARD = 'card.json';

/**
 * Makes the files of a model. The version is its sequence and a hash of card and arrays: the same content gives the
 * same version and the same bytes.
 */
export function sealArtefact(draft: ModelCardDraft, arrays: ReadonlyMap<string, Npy>): Artefact {
  const files = new Map<string, Uint8Array>();
  const checksums: Record<string, string> = {};
  for (const [name, { data, shape }] of [...arrays].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = encodeNpy(data, shape);
    files.set(`${name}.npy`, bytes);
    checksums[`${name}.npy`] = sha256(bytes);
  }
  const content = { format: 1 as const, ...draft, files: checksums };
  const card: ModelCard = { version: versionOf(content), ...content };
  const text = Buffer.from(`${JSON.stringify(card, null, 2)}\n`);
  files.set(CARD, text);
  return { card, arrays, files, cardSha256: sha256(text) };
}

/**
 * Reads a model's files and checks them against their checksums and the version.
 * @throws PlantsenseError MODEL_INVALID
 */
export function openArtefact(files: ArtefactFiles): Artefact {
  const text = files.get(CARD);
  if (!text) throw new PlantsenseError('MODEL_INVALID', `The model has no ${CARD}.`);
  const card = parseCard(Buffer.from(text).toString('utf8'));
  const arrays = new Map<string, Npy>();
  for (const [name, expected] of Object.entries(card.files)) {
    const bytes = files.get(name);
    if (!bytes) throw new PlantsenseError('MODEL_INVALID', `Model ${card.version} lacks the file ${name}.`);
    if (sha256(bytes) !== expected)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `The file ${name} of model ${card.version} has another checksum than its card says.`,
      );
    arrays.set(name.replace(/\.npy$/, ''), decodeNpy(bytes));
  }
  return { card, arrays, files, cardSha256: sha256(text) };
}

function parseCard(text: string): ModelCard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new PlantsenseError('MODEL_INVALID', `${CARD} is not JSON: ${String(error)}`, { cause: error });
  }
  const parsed = modelCardSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') || 'card';
    throw new PlantsenseError('MODEL_INVALID', `${CARD} is not a model card: ${where}: ${issue?.message}.`);
  }
  // The parsed object may have its keys in another order; the hash is over the text's.
  const { version, ...content } = json as ModelCard;
  if (versionOf(content) !== version)
    throw new PlantsenseError('MODEL_INVALID', `${CARD} of model ${version} was changed after it was made.`);
  return parsed.data;
}

function versionOf(content: Omit<ModelCard, 'version'>): string {
  const sequence = String(content.sequence).padStart(4, '0');
  return `v${sequence}-${sha256(Buffer.from(JSON.stringify(content))).slice(0, 12)}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
