import { describe, expect, it } from 'vitest';
import { createRefusals } from '../../../src/collector/refusals.js';
import { GraphError } from '../../../src/platforms/meta/errors.js';
import { askTolerantly } from '../../../src/platforms/meta/metrics.js';

const METRICS = ['a', 'b', 'c', 'd', 'e'];

/** An API that refuses some metrics, in the words that `say` puts it in. */
function api(retired: readonly string[], say: (asked: readonly string[]) => string, code = 100) {
  const asked: string[][] = [];
  const warnings: string[] = [];
  const refusals = createRefusals((message) => warnings.push(message));
  const request = {
    api: 'x v1',
    metrics: METRICS,
    refusal: /valid insights metric|following values|Incompatible/,
    required: true,
    warn: (message: string) => void warnings.push(message),
    refused: refusals.of(1, (text) => text),
    ask: async (metrics: readonly string[]) => {
      asked.push([...metrics]);
      if (!metrics.some((metric) => retired.includes(metric))) return metrics.join('');
      throw new GraphError('unexpected_response', 'refused', 'day', code, say(metrics));
    },
  };
  return { asked, warnings, request, refusals };
}

const anonymous = () => '(#100) The value must be a valid insights metric';

it('leaves out the metric that the API names, and all metrics that it does not list', async () => {
  const { asked, request } = api(
    ['b', 'e'],
    (metrics) => `(#100) metric[${metrics.indexOf('b')}] must be one of the following values: a, c, d`,
  );
  expect(await askTolerantly(request)).toEqual(['acd']);
  expect(asked).toHaveLength(2);
});

it('finds a refused metric that the API does not name, and skips it for the rest of the run', async () => {
  const { asked, warnings, request, refusals } = api(['d'], anonymous);
  expect((await askTolerantly(request)).join('')).toBe('abce');
  refusals.end();
  expect(warnings).toEqual([expect.stringContaining('refuses the metric "d"')]);
  asked.length = 0;
  expect(await askTolerantly(request)).toEqual(['abce']);
  expect(asked).toEqual([['a', 'b', 'c', 'e']]);
});

it('does not remember metrics as refused if the account refuses everything', async () => {
  const { warnings, request } = api(METRICS, anonymous);
  await expect(askTolerantly(request)).rejects.toThrow('refused');
  expect(warnings).toEqual([]);
  expect(request.refused.has('x v1', 'a')).toBe(false);
});

it('does not remember metrics as refused if the account is of another kind', async () => {
  const { warnings, request } = api(METRICS, () => '(#100) metric[0] must be one of the following values: x, y');
  expect(await askTolerantly(request)).toEqual([]);
  expect(warnings).toEqual([]);
  expect(request.refused.has('x v1', 'a')).toBe(false);
});

it('throws a refusal that is not about metrics after one request', async () => {
  const { asked, request } = api(['a'], () => '(#100) since param is not valid');
  await expect(askTolerantly(request)).rejects.toThrow('refused');
  expect(asked).toHaveLength(1);
});

it('drops a metric that does not support the breakdown', async () => {
  const { request } = api(['c'], () => '(#100) Incompatible breakdowns (media_product_type) for metric (c)');
  expect(await askTolerantly(request)).toEqual(['abde']);
});

it('does not blame a valid metric because of its position', async () => {
  const { request } = api(['b'], () => '(#100) metric[0] must be one of the following values: a, c, d, e');
  expect(await askTolerantly(request)).toEqual(['acde']);
});

describe('a fatal error', () => {
  it('of one metric affects only that metric', async () => {
    const { warnings, request } = api(['d'], () => 'Fatal', -1);
    expect((await askTolerantly(request)).join('')).toBe('abce');
    expect(warnings).toEqual([expect.stringContaining('d could not be fetched')]);
  });

  it('is not a refusal, and the metric is requested again', async () => {
    const { asked, request } = api(['d'], () => 'Fatal', -1);
    await askTolerantly(request);
    await askTolerantly(request);
    expect(asked.filter((metrics) => metrics.join('') === 'abcde')).toHaveLength(2);
  });

  it('of every metric is not blamed on the metrics, and takes few requests', async () => {
    const { asked, warnings, request } = api(METRICS, () => 'Fatal', -1);
    await expect(askTolerantly(request)).rejects.toThrow('refused');
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(warnings).toEqual([]);
  });
});

describe('an unknown error that may lie in a metric', () => {
  const UNEXPLAINED = { unexplained: [1] };

  it('is blamed on the metrics that are refused alone, which are then skipped', async () => {
    const { asked, warnings, request, refusals } = api(['a', 'b'], () => 'Unknown', 1);
    expect((await askTolerantly({ ...request, ...UNEXPLAINED })).join('')).toBe('cde');
    refusals.end();
    expect(warnings).toEqual(['a', 'b'].map((metric) => expect.stringContaining(`refuses the metric "${metric}"`)));
    asked.length = 0;
    await askTolerantly({ ...request, ...UNEXPLAINED });
    expect(asked).toEqual([['c', 'd', 'e']]);
  });

  it('of every metric is not blamed on the metrics, and takes few requests', async () => {
    const { asked, warnings, request } = api(METRICS, () => 'Unknown', 1);
    await expect(askTolerantly({ ...request, ...UNEXPLAINED })).rejects.toThrow('refused');
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(warnings).toEqual([]);
    expect(request.refused.has('x v1', 'a')).toBe(false);
  });

  it('is thrown after one request where the API refuses no metric so', async () => {
    const { asked, request } = api(['d'], () => 'Unknown', 1);
    await expect(askTolerantly(request)).rejects.toThrow('refused');
    expect(asked).toHaveLength(1);
  });
});
