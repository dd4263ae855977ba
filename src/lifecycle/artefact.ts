import { createHash } from 'node:crypto';
import { PlantsenseError } from '../errors.js';
import { decodeNpy, encodeNpy, type Npy } from '../npy.js';
import { type ModelCard, type ModelCardDraft, modelCardSchema } from './model-card.js';

/** The files of a model by name: `card.json`, an array each in `NAME.npy`, and what else the kind of model has. */
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
const NPY = '.npy';

/**
 * Makes the files of a model. The version is its sequence and a hash of card, arrays and networks: the same content gives
 * the same version and the same bytes.
 *
 * @param networks files of networks, as they are
 */
export function sealArtefact(
  draft: ModelCardDraft,
  arrays: ReadonlyMap<string, Npy>,
  networks: ArtefactFiles = new Map(),
): Artefact {
  const encoded = [...arrays].map(
    ([name, { data, shape }]) => [`${name}.npy`, encodeNpy(data, shape)] as const,
  );
  const files = new Map([...encoded, ...networks].sort(([a], [b]) => (a < b ? -1 : 1)));
  const checksums: Record<string, string> = {};
  for (const [name, bytes] of files) checksums[name] = sha256(bytes);
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
    if (name.endsWith(NPY)) arrays.set(name.slice(0, -NPY.length), decodeNpy(bytes));
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
