import { describe, expect, it } from 'vitest';
import { parseAddress } from './socket.js';

describe('broker addresses', () => {
  it('are host and port', () => {
    expect(parseAddress('kafka-0.kafka:9092')).toEqual({ host: 'kafka-0.kafka', port: 9092 });
    expect(parseAddress('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
  });

  it.each(['kafka', 'kafka:', ':9092', 'kafka:0', 'kafka:65536', 'kafka:9092/x', '::1:9092'])(
    'are refused otherwise: %s',
    text => {
      expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'PARAMETER_INVALID' }));
    },
  );
});
