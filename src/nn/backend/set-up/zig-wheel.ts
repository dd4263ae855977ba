import type { Wheel } from './wheel.js';

const VERSION = '0.15.2';

const zig = (platform: string, bytes: number, sha256: string): Wheel => ({
  project: 'ziglang',
  fileName: `ziglang-${VERSION}-py3-none-${platform}.whl`,
  bytes,
  sha256,
  wants: path => path.startsWith('ziglang/') && !path.endsWith('.py'),
});

/** A C++ compiler that is one archive, for a machine that has none. */
export const ZIG_WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': zig(
    'manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64',
    93_508_126,
    '806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130',
  ),
  'linux-arm64': zig(
    'manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64',
    90_542_084,
    'edc0aa60ec964a4cf462d40f68d7de242ddf37fd9a80f2afaee6397059463230',
  ),
};

/** What it takes unpacked. */
export const ZIG_UNPACKED_BYTES = 400e6;
