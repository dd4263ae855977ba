import { PlantsenseError } from '../../../errors.js';
import { NVIDIA_WHEELS } from './nvidia-wheels.js';
import type { Wheel } from './wheel.js';

/** `gpu` is the CUDA 12 build, which also runs without a GPU. */
export type TensorflowVariant = 'cpu' | 'gpu';

/** A native TensorFlow: the wheels that hold it, unpacked into one directory. */
export interface TensorflowRelease {
  /** Also the name of its directory. */
  readonly name: string;
  readonly version: string;
  readonly wheels: readonly Wheel[];
  /** What the wheels' wanted files take, unpacked. */
  readonly unpackedBytes: number;
  /** The two libraries, by path inside the directory. Both are linked: each has a part of the C API. */
  readonly libraries: readonly string[];
}

const VERSION = '2.18.1';

// The tag of the Python version only chooses among wheels with the same library.
const TAG = 'cp311-cp311';

/** The headers that the addon includes. TensorFlow's others are 100 MB. */
const HEADERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tsl/c/',
  'tensorflow/include/xla/tsl/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/platform/ctstring',
];

function wantsTensorflow(path: string): boolean {
  if (/^tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/.test(path)) return true;
  if (/^[^/]+\.dist-info\/.*(LICENSE|METADATA)/i.test(path)) return true;
  return path.endsWith('.h') && HEADERS.some(start => path.startsWith(start));
}

const tensorflow = (project: string, platform: string, bytes: number, sha256: string): Wheel => ({
  project,
  fileName: `${project.replaceAll('-', '_')}-${VERSION}-${TAG}-${platform}.whl`,
  bytes,
  sha256,
  wants: wantsTensorflow,
});

const linuxLibraries = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
] as const;

const RELEASES: Readonly<Record<string, Omit<TensorflowRelease, 'name' | 'version'>>> = {
  'cpu linux-x64': {
    wheels: [
      tensorflow(
        'tensorflow-cpu',
        'manylinux_2_17_x86_64.manylinux2014_x86_64',
        230_236_181,
        '810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298',
      ),
    ],
    unpackedBytes: 690e6,
    libraries: linuxLibraries,
  },
  'cpu linux-arm64': {
    wheels: [
      tensorflow(
        'tensorflow',
        'manylinux_2_17_aarch64.manylinux2014_aarch64',
        231_937_898,
        '8a6485edd2148f70d011dbd1d8dc2c775e91774a5a159466e83d0d1f21580944',
      ),
    ],
    unpackedBytes: 800e6,
    libraries: linuxLibraries,
  },
  'cpu darwin-arm64': {
    wheels: [
      tensorflow(
        'tensorflow',
        'macosx_12_0_arm64',
        239_549_037,
        '661029cd769b311db910b79a3a6ef50a5a61ecc947172228c777a49989722508',
      ),
    ],
    unpackedBytes: 670e6,
    libraries: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
  },
  'gpu linux-x64': {
    wheels: [
      tensorflow(
        'tensorflow',
        'manylinux_2_17_x86_64.manylinux2014_x86_64',
        615_510_377,
        'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828',
      ),
      ...NVIDIA_WHEELS,
    ],
    unpackedBytes: 5e9,
    libraries: linuxLibraries,
  },
};

/**
 * The TensorFlow for a machine.
 *
 * @param platform Node's `process.platform` and `process.arch`: `linux-x64`
 * @throws PlantsenseError TENSORFLOW_PLATFORM_UNSUPPORTED when nobody makes one that would run there
 */
export function tensorflowRelease(variant: TensorflowVariant, platform: string): TensorflowRelease {
  const release = RELEASES[`${variant} ${platform}`];
  if (release === undefined)
    throw new PlantsenseError(
      'TENSORFLOW_PLATFORM_UNSUPPORTED',
      `There is no native TensorFlow (${variant}) for ${platform}.`,
    );
  return { name: `${variant}-${VERSION}-${platform}`, version: VERSION, ...release };
}

/**
 * The variant that is asked for by PLANTSENSE_TENSORFLOW, `cpu` without it.
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function tensorflowVariant(env: NodeJS.ProcessEnv): TensorflowVariant {
  const asked = env.PLANTSENSE_TENSORFLOW || 'cpu';
  if (asked === 'cpu' || asked === 'gpu') return asked;
  throw new PlantsenseError('PARAMETER_INVALID', `PLANTSENSE_TENSORFLOW is "${asked}": it takes cpu or gpu.`);
}
