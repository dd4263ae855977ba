import { describe, expect, it } from 'vitest';
import { interpolate } from './interpolate.js';

const env = { HOST: 'db', EMPTY: '', EVIL: 'x\nhttp: {port: 1}' };
const resolved = (text: string) => ({ type: 'resolved', text });

describe('interpolate', () => {
  it('puts variables into a text', () => {
    expect(interpolate(`http://\${HOST}:8123/\${HOST}`, env)).toEqual(resolved('http://db:8123/db'));
  });

  it('takes the default when the variable is missing or empty, as a shell does', () => {
    expect(interpolate(`\${NOPE:-a:b}`, env)).toEqual(resolved('a:b'));
    expect(interpolate(`\${EMPTY:-x}`, env)).toEqual(resolved('x'));
    expect(interpolate(`\${NOPE:-}`, env)).toEqual(resolved(''));
    expect(interpolate(`\${HOST:-x}`, env)).toEqual(resolved('db'));
  });

  it('leaves an empty variable empty when there is no default', () => {
    expect(interpolate(`\${EMPTY}`, env)).toEqual(resolved(''));
  });

  it('says which variable is missing', () => {
    expect(interpolate(`a\${NOPE}b\${HOST}`, env)).toEqual({ type: 'missing', name: 'NOPE' });
    expect(interpolate(`\${toString}`, {})).toEqual({ type: 'missing', name: 'toString' });
  });

  it('writes a dollar sign for two, and keeps a single one', () => {
    expect(interpolate(`$$\{HOST}`, env)).toEqual(resolved(`\${HOST}`));
    expect(interpolate('a$b $1', env)).toEqual({ type: 'plain' });
    expect(interpolate('US$$', env)).toEqual(resolved('US$'));
  });

  it('refuses what is no reference', () => {
    for (const reference of [`\${1A}`, `\${A B}`, `\${}`, `\${HOST`, `\${HOST-x}`])
      expect(interpolate(reference, env)).toEqual({ type: 'malformed', reference });
  });

  it('does not resolve what came out of a variable', () => {
    expect(interpolate(`\${A}`, { A: `\${HOST}` })).toEqual(resolved(`\${HOST}`));
    expect(interpolate(`\${EVIL}`, env)).toEqual(resolved(env.EVIL));
  });
});
