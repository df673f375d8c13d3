import { ApiError, errorOf } from './errors';

export interface Answer<T> {
  data: T;
  /** The version of what was answered, for If-Match. */
  etag: string | null;
}

export interface RequestOptions {
  body?: unknown;
  ifMatch?: string;
  headers?: Record<string, string>;
}

/** What the client needs of the session. */
export interface SessionAccess {
  csrf(): string | null;
  /** Called when the server no longer knows the session; resolves once somebody has logged in again. */
  expired(): Promise<void>;
}

/** Requests under /api/v1/, as JSON. */
export class Client {
  constructor(
    private readonly session: SessionAccess,
    private readonly base: string,
    private readonly fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request),
  ) {}

  /** An answer, or an ApiError. Where the session has expired, the request waits for a new login and is made again. */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const first = await this.exchange(method, path, options);
    if (first.status !== 401) return this.read<T>(first);
    await this.session.expired();
    return this.read<T>(await this.exchange(method, path, options));
  }

  /** The same for the session itself, where 401 is an answer like another. */
  async plain<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.read<T>(await this.exchange(method, path, options));
  }

  private async exchange(method: string, path: string, options: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
    const csrf = this.session.csrf();
    if (options.body !== undefined) headers['Content-Type'] = 'application/json';
    if (options.ifMatch) headers['If-Match'] = options.ifMatch;
    if (csrf && method !== 'GET') headers['X-Farboot-Csrf'] = csrf;
    try {
      return await this.fetch(new URL(path, this.base), {
        method,
        headers,
        cache: 'no-store',
        credentials: 'same-origin',
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
    } catch {
      throw new ApiError(0, 'unreachable', 'The server does not answer.');
    }
  }

  private async read<T>(response: Response): Promise<Answer<T>> {
    if (!response.ok) throw await errorOf(response);
    const text = await response.text();
    return { data: (text ? JSON.parse(text) : undefined) as T, etag: response.headers.get('ETag') };
  }
}
