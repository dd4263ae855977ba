import { describe, expect, it } from 'vitest';
import { statusOf, toEngineException } from './exception.js';

describe('an error of chDB', () => {
  it('gives its code, name and message', () => {
    const exception = toEngineException(
      new Error("Query failed: Code: 60. DB::Exception: Unknown table 'nope' (in t). (UNKNOWN_TABLE)"),
    );
    expect(exception).toMatchObject({
      code: 60,
      type: 'UNKNOWN_TABLE',
      message: "Unknown table 'nope' (in t).",
    });
    expect(exception.text('1.2')).toBe(
      "Code: 60. DB::Exception: Unknown table 'nope' (in t). (UNKNOWN_TABLE) (version 1.2)\n",
    );
    expect(statusOf(exception)).toBe(404);
  });

  it('is read through the exceptions that wrap it', () => {
    const text =
      'Code: 27. DB::Exception: Code: 27. DB::Exception: Bad row: (at row 2)\n. (CANNOT_PARSE) (version 26.7.2.1). (CANNOT_PARSE)';
    expect(toEngineException(new Error(text))).toMatchObject({
      code: 27,
      type: 'CANNOT_PARSE',
      message: 'Bad row: (at row 2)\n.',
    });
  });

  it('without a code is unknown, and the server is to blame', () => {
    const exception = toEngineException('broken');
    expect(exception).toMatchObject({ code: 1002, type: 'UNKNOWN_EXCEPTION', message: 'broken' });
    expect(statusOf(exception)).toBe(500);
  });
});
