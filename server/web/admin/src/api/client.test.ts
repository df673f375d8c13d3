import { describe, expect, it, vi } from 'vitest';
import { Client, type SessionAccess } from './client';
import { ApiError } from './errors';

const base = 'https://server/api/v1/';

function clientOf(answers: (Response | Error)[], session: Partial<SessionAccess> = {}) {
  const asked: { url: string; init: RequestInit & { headers: Record<string, string> } }[] = [];
  const fetch = vi.fn(async (url: unknown, init: unknown) => {
    asked.push({ url: String(url), init: init as never });
    const answer = answers.shift();
    if (!answer) throw new Error('The client asked more often than expected');
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const access: SessionAccess = { csrf: () => 'secret', expired: async () => undefined, ...session };
  return { client: new Client(access, base, fetch as never), asked };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const unauthorized = () => json({ error: { code: 'no-session', sentence: 'Log in.' } }, 401);

describe('Client', () => {
  it('gives the answer and its version', async () => {
    const { client, asked } = clientOf([json({ id: 3 }, 200, { ETag: '"7"' })]);
    expect(await client.request('GET', 'entries/3')).toEqual({ data: { id: 3 }, etag: '"7"' });
    expect(asked[0]?.url).toBe('https://server/api/v1/entries/3');
  });

  it('takes an answer without a body', async () => {
    const { client } = clientOf([new Response(null, { status: 204 })]);
    expect((await client.request('DELETE', 'entries/3', { ifMatch: '"7"' })).data).toBeUndefined();
  });

  it('sends the session’s secret with changes, and only with them', async () => {
    const { client, asked } = clientOf([json({}), json({})]);
    await client.request('GET', 'entries');
    await client.request('PUT', 'entries/3', { body: { a: 1 }, ifMatch: '"7"' });
    expect(asked[0]?.init.headers).not.toHaveProperty('X-Farboot-Csrf');
    expect(asked[1]?.init.headers).toMatchObject({ 'X-Farboot-Csrf': 'secret', 'If-Match': '"7"' });
    expect(asked[1]?.init.body).toBe('{"a":1}');
  });

  it('turns an error of the API into one with its sentence and field', async () => {
    const { client } = clientOf([json({ error: { code: 'bad-title', sentence: 'No title.', field: 'title.en' } }, 422)]);
    const error = await client.request('POST', 'entries', { body: {} }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, code: 'bad-title', message: 'No title.', field: 'title.en' });
  });

  it('says the status of an answer that is not the API’s', async () => {
    const { client } = clientOf([new Response('<html>', { status: 502, statusText: 'Bad Gateway' })]);
    await expect(client.request('GET', 'entries')).rejects.toThrow('502 Bad Gateway');
  });

  it('tells a conflict from a loss', async () => {
    const { client } = clientOf([json({ error: {} }, 412), json({ error: {} }, 404)]);
    await expect(client.request('PUT', 'a', { body: {} })).rejects.toMatchObject({ conflict: true, gone: false });
    await expect(client.request('PUT', 'a', { body: {} })).rejects.toMatchObject({ conflict: false, gone: true });
  });

  it('says that the server is away', async () => {
    const { client } = clientOf([new TypeError('Failed to fetch')]);
    await expect(client.request('GET', 'entries')).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('waits for a new login when the session has expired, and asks again with the new secret', async () => {
    let csrf = 'old';
    const expired = vi.fn(async () => void (csrf = 'new'));
    const { client, asked } = clientOf([unauthorized(), json({ id: 1 })], { csrf: () => csrf, expired });
    expect((await client.request('POST', 'entries', { body: { a: 1 } })).data).toEqual({ id: 1 });
    expect(expired).toHaveBeenCalledOnce();
    expect(asked[1]?.init.headers['X-Farboot-Csrf']).toBe('new');
    expect(asked[1]?.init.body).toBe('{"a":1}');
  });

  it('gives up when nobody logs in again', async () => {
    const expired = () => Promise.reject(new Error('logged out'));
    await expect(clientOf([unauthorized()], { expired }).client.request('GET', 'a')).rejects.toThrow('logged out');
  });

  it('does not wait for a login in the login itself', async () => {
    const expired = vi.fn();
    const { client } = clientOf([unauthorized()], { expired });
    await expect(client.plain('POST', 'session', { body: {} })).rejects.toMatchObject({ status: 401 });
    expect(expired).not.toHaveBeenCalled();
  });
});
