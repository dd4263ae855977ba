import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient, type DataFormat } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../testing/test-store.js';

/*
 * What the official client, curl and Grafana expect of a ClickHouse HTTP interface. Runs against a server too, when
 * CLICKHOUSE_URL names one, but for what only the embedded store does.
 */
const embedded = (process.env.CLICKHOUSE_URL ?? '') === '';

let test: TestStore;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  test = await openTestStore();
  const { url, username, password, database } = test.store.address;
  await test.store.command(`CREATE DATABASE ${database}`);
  client = createClient({
    url,
    username,
    password,
    database,
    request_timeout: 20_000,
    compression: { request: true, response: true },
    log: { level: ClickHouseLogLevel.OFF },
  });
  await client.command({
    query: `CREATE TABLE t (id UInt64, v String, f Float64, a Array(Float32), d DateTime64(3, 'UTC'), m Map(String, String))
      ENGINE = MergeTree ORDER BY id`,
  });
});

afterAll(async () => {
  await client.close();
  await test.dispose();
});

const row = (id: number) => ({
  id,
  v: `v${id} it's \\ "quoted"\n\n; DROP TABLE t`,
  f: id / 3,
  a: [1, 2, id],
  d: '2026-01-01 00:00:00.123',
  m: { k: 'x' },
});

async function rows<T>(query: string, extra: object = {}): Promise<T[]> {
  const result = await client.query({ query, format: 'JSONEachRow', ...extra });
  return await result.json<T>();
}

/** A request by hand, as curl makes it. */
function send(path: string, init: RequestInit & { anonymous?: boolean } = {}): Promise<Response> {
  const { url, username, password } = test.store.address;
  const { anonymous = false, headers, ...rest } = init;
  const login = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password };
  return fetch(`${url}${path}`, { ...rest, headers: { ...(anonymous ? {} : login), ...headers } });
}

const query = (sql: string, more = '') => `/?query=${encodeURIComponent(sql)}${more}`;

describe('with the official client', () => {
  it('answers pings', async () => {
    expect(await client.ping()).toMatchObject({ success: true });
    expect(await client.ping({ select: true })).toMatchObject({ success: true });
  });

  it('takes rows, packed, and tells how many', async () => {
    const values = Array.from({ length: 1000 }, (_, i) => row(i));
    const { summary } = await client.insert({ table: 't', values, format: 'JSONEachRow' });
    expect(summary?.written_rows).toBe('1000');
    expect(await rows('SELECT v, f, a, d, m FROM t WHERE id = 7')).toEqual([
      { v: row(7).v, f: 7 / 3, a: [1, 2, 7], d: '2026-01-01 00:00:00.123', m: { k: 'x' } },
    ]);
  });

  it('takes a stream of rows as one insert', async () => {
    const values = Readable.from(
      (function* () {
        for (let id = 1000; id < 51_000; id++) yield row(id);
      })(),
    );
    await client.insert({ table: 't', values, format: 'JSONEachRow' });
    expect(await rows('SELECT count() AS n, uniqExact(_part) AS parts FROM t WHERE id >= 1000')).toEqual([
      { n: 50_000, parts: 1 },
    ]);
  });

  it('takes chosen columns, with settings', async () => {
    await client.insert({
      table: 't',
      columns: ['id', 'v'],
      values: [{ id: 900_000, v: 'c', unknown: 1 }],
      format: 'JSONEachRow',
      clickhouse_settings: { input_format_skip_unknown_fields: 1 },
    });
    expect(await rows('SELECT v, f FROM t WHERE id = 900000')).toEqual([{ v: 'c', f: 0 }]);
  });

  it('takes CSV with empty lines inside quotes, and VALUES', async () => {
    const values = Readable.from(['900001,"a\n\nb"\n900002,c\n'], { objectMode: false });
    await client.insert({ table: 't', columns: ['id', 'v'], values, format: 'CSV' });
    await client.command({ query: "INSERT INTO t (id, v) VALUES (900003, 'p\n\nq'),\n\n(900004, 'r')" });
    expect(await rows('SELECT v FROM t WHERE id BETWEEN 900001 AND 900004 ORDER BY id')).toEqual([
      { v: 'a\n\nb' },
      { v: 'c' },
      { v: 'p\n\nq' },
      { v: 'r' },
    ]);
  });

  it('leaves nothing of an insert whose last row is bad', async () => {
    const values = [...Array.from({ length: 50_000 }, (_, i) => row(2_000_000 + i)), { id: 'abc' }];
    await expect(client.insert({ table: 't', values, format: 'JSONEachRow' })).rejects.toMatchObject({
      code: '27',
    });
    expect(await rows('SELECT count() AS n FROM t WHERE id >= 2000000')).toEqual([{ n: 0 }]);
  });

  it.each(['JSON', 'JSONCompact', 'JSONStrings'] as const)('gives %s in one piece', async format => {
    const result = await client.query<DataFormat>({
      query: 'SELECT id, f FROM t ORDER BY id LIMIT 40000',
      format,
    });
    const text = await result.text();
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it('gives the names of CSVWithNames once, however long the result is', async () => {
    const result = await client.exec({
      query: 'SELECT number AS n FROM numbers(200000) FORMAT CSVWithNames',
    });
    const text = Buffer.concat(await result.stream.toArray()).toString('utf8');
    expect(text.split('"n"')).toHaveLength(2);
    expect(text.trimEnd().split('\n')).toHaveLength(200_001);
  });

  it('streams rows', async () => {
    const result = await client.query({ query: 'SELECT number FROM numbers(300000)', format: 'JSONEachRow' });
    let n = 0;
    for await (const batch of result.stream()) n += batch.length;
    expect(n).toBe(300_000);
  });

  it('binds parameters of all kinds', async () => {
    const query_params = {
      x: 5,
      s: "it's \t\\ ok\n",
      l: ['a', "b'c"],
      n: null,
      d: new Date(1.7e12),
      i: 'x',
      b: '18446744073709551615',
      m: { k: 1 },
    };
    const [got] = await rows(
      'SELECT {x:UInt32} AS x, {s:String} AS s, {l:Array(String)} AS l, {n:Nullable(String)} AS n, toUnixTimestamp({d:DateTime}) AS d, {i:Identifier} AS i, toString({b:UInt64}) AS b, {m:Map(String, UInt8)} AS m',
      { query_params },
    );
    expect(got).toEqual({ ...query_params, i: 5, d: 1.7e9 });
    const viaForm = await rows('SELECT {x:UInt32} AS x', {
      query_params: { x: 7 },
      use_multipart_params: true,
    });
    expect(viaForm).toEqual([{ x: 7 }]);
  });

  it('keeps parameters and settings of queries that run at once apart', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, x) =>
        rows<{ x: number; j: string }>("SELECT {x:UInt32} AS x, getSetting('join_use_nulls') AS j", {
          query_params: { x },
          clickhouse_settings: { join_use_nulls: x % 2 },
        }),
      ),
    );
    expect(answers.map(([answer]) => answer)).toEqual(
      Array.from({ length: 24 }, (_, x) => ({ x, j: x % 2 === 1 })),
    );
  });

  it.each([
    ['SELECT nope', '47'],
    ['SELECT * FROM nowhere', '60'],
    ['SELEC 1', '62'],
    ['SELECT 1 SETTINGS nope = 1', '115'],
  ])('says what is wrong with %s', async (sql, code) => {
    await expect(client.query({ query: sql })).rejects.toMatchObject({ code });
  });

  it('tells of an error that comes in mid-stream', async () => {
    const result = await client.query({
      // Block by block, so slowly that rows are out before the error comes.
      query:
        'SELECT throwIf(number = 250000) FROM numbers(300000) WHERE sleep(0.05) = 0 SETTINGS max_threads = 1',
      format: 'JSONEachRow',
    });
    const readAll = async () => {
      for await (const _ of result.stream()) {
        // Read to the end.
      }
    };
    await expect(readAll()).rejects.toMatchObject({ code: '395' });
  });

  it('refuses a wrong password', async () => {
    const other = createClient({
      url: test.store.address.url,
      password: 'wrong',
      log: { level: ClickHouseLogLevel.OFF },
    });
    await expect(other.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    await other.close();
  });

  it('gives the thread of a cancelled query to others', async () => {
    for (let i = 0; i < 8; i++) {
      const abort = new AbortController();
      const result = await client.query({
        query: 'SELECT number FROM numbers(100000000000)',
        format: 'JSONEachRow',
        abort_signal: abort.signal,
      });
      const reader = result.stream()[Symbol.asyncIterator]();
      await reader.next();
      abort.abort();
      result.close();
    }
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('runs inserts while slow queries take all other threads', async () => {
    const abort = new AbortController();
    const slow = Array.from({ length: 8 }, () =>
      client
        .query({ query: 'SELECT count() FROM numbers(1000000000000)', abort_signal: abort.signal })
        .catch(() => 'aborted'),
    );
    await client.insert({ table: 't', values: [row(3_000_000)], format: 'JSONEachRow' });
    expect((await client.ping()).success).toBe(true);
    abort.abort();
    await Promise.all(slow);
    expect(await rows('SELECT count() AS n FROM t WHERE id = 3000000')).toEqual([{ n: 1 }]);
  });
});

describe('by hand', () => {
  it('answers pings to anyone', async () => {
    for (const path of ['/ping', '/'])
      expect(await (await send(path, { anonymous: true })).text()).toBe('Ok.\n');
    expect((await send('/nowhere')).status).toBe(404);
  });

  it('takes a query by GET, by POST, and in two parts', async () => {
    expect(await (await send(query('SELECT 1'))).text()).toBe('1\n');
    expect(await (await send('/', { method: 'POST', body: 'SELECT 2' })).text()).toBe('2\n');
    expect(await (await send(query('SELECT 3,'), { method: 'POST', body: '4;' })).text()).toBe('3\t4\n');
  });

  it('names user and password in the URL, in headers, or in the authorisation', async () => {
    const { username, password } = test.store.address;
    const login = `user=${username}&password=${encodeURIComponent(password)}`;
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    const byUrl = await send(query('SELECT 1', `&${login}`), { anonymous: true });
    const byHeader = await send(query('SELECT 1'));
    const byBasic = await send(query('SELECT 1'), {
      anonymous: true,
      headers: { Authorization: `Basic ${basic}` },
    });
    expect([byUrl.status, byHeader.status, byBasic.status]).toEqual([200, 200, 200]);
    const wrong = await send(query('SELECT 1', '&user=default&password=wrong'), { anonymous: true });
    expect(wrong.status).toBe(403);
    expect(wrong.headers.get('x-clickhouse-exception-code')).toBe('516');
  });

  it('has the headers that clients look at', async () => {
    const answer = await send(query('SELECT 1 FORMAT JSONEachRow', '&query_id=mine'));
    expect(answer.headers.get('x-clickhouse-query-id')).toBe('mine');
    expect(answer.headers.get('x-clickhouse-format')).toBe('JSONEachRow');
    expect(answer.headers.get('x-clickhouse-timezone')).toBe('UTC');
    expect(answer.headers.get('content-type')).toMatch(/ndjson/);
    expect(JSON.parse(answer.headers.get('x-clickhouse-summary')!)).toHaveProperty('read_rows');
  });

  it.each([
    ['SELEC 1', 400, '62'],
    ['SELECT * FROM nowhere', 404, '60'],
    ['SELECT 1; SELECT 2', 400, '62'],
    ['SELECT 1 FORMAT Nope', 404, '73'],
  ])('answers %s with status %i and code %s', async (sql, status, code) => {
    const answer = await send('/', { method: 'POST', body: sql });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe(code);
    expect(await answer.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\(version `, 's'));
  });

  it('changes nothing by GET', async () => {
    const answer = await send(query(`TRUNCATE TABLE ${test.store.database}.t`));
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  it('packs what it sends only for a client that asks', async () => {
    const packed = { headers: { 'Accept-Encoding': 'gzip' } };
    const asked = await send(query('SELECT 1', '&enable_http_compression=1'), packed);
    const notAsked = await send(query('SELECT 1'), packed);
    expect(asked.headers.get('content-encoding')).toBe('gzip');
    expect(notAsked.headers.get('content-encoding')).toBeNull();
    expect(await asked.text()).toBe(await notAsked.text());
  });

  it('takes binary rows as they are', async () => {
    const name = '\n\n; DROP TABLE t';
    const body = Buffer.concat([Buffer.alloc(8, 0x0a), Buffer.from([name.length]), Buffer.from(name)]);
    const answer = await send(
      query('INSERT INTO t (id, v) FORMAT RowBinary', `&database=${test.store.database}`),
      {
        method: 'POST',
        body,
      },
    );
    expect(await answer.text()).toBe('');
    expect(answer.status).toBe(200);
    expect(await rows(`SELECT v FROM t WHERE id = 0x0a0a0a0a0a0a0a0a`)).toEqual([{ v: name }]);
  });

  it.runIf(embedded)('refuses what it does not serve, and says so', async () => {
    for (const more of ['&session_id=s', '&decompress=1']) {
      const answer = await send(query('SELECT 1', more));
      expect(answer.status).toBe(501);
    }
    const outfile = await send('/', { method: 'POST', body: "SELECT 1 INTO OUTFILE '/tmp/x'" });
    expect(outfile.status).toBe(501);
    const strange = await send('/', { method: 'POST', body: 'x', headers: { 'Content-Encoding': 'zstd' } });
    expect(strange.status).toBe(501);
  });

  it.runIf(embedded)('answers no web page', async () => {
    const answer = await send(query('SELECT 1'), { headers: { Origin: 'http://evil.example' } });
    expect(answer.status).toBe(403);
  });

  it.runIf(embedded)('refuses a body beyond its bound, and nothing of it is there', async () => {
    const body = Buffer.alloc(65 * 1024 * 1024, '900009\n');
    const path = query('INSERT INTO t (id) FORMAT TSV', `&database=${test.store.database}`);
    const answer = await send(path, { method: 'POST', body }).catch(() => null);
    if (answer) expect(answer.status).toBe(413);
    expect(await rows('SELECT count() AS n FROM t WHERE id = 900009')).toEqual([{ n: 0 }]);
  });
});
