import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchMenu } from './server-menu';

const answer = (body: unknown, status = 200) =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify(body), { status })));

afterEach(() => vi.unstubAllGlobals());

describe('fetchMenu', () => {
  it('asks beside the page, wherever that is', async () => {
    answer({ version: 1, entries: [] });
    expect(await fetchMenu('https://s:8443/below/menu/')).toEqual({ entries: [], auto: null, default: null });
    expect(String(vi.mocked(fetch).mock.calls[0]?.[0])).toBe('https://s:8443/below/api/v1/menu?for=preboot');
  });
  it('fails where the server refuses', async () => {
    answer({ error: {} }, 503);
    await expect(fetchMenu('https://s/menu/')).rejects.toThrow('503');
  });
  it('fails where the answer is no menu', async () => {
    answer({ version: 2, entries: [] });
    await expect(fetchMenu('https://s/menu/')).rejects.toThrow('no menu');
  });
});
