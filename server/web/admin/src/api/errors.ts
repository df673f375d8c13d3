/** Why a request came to nothing. `status` is 0 where no answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    sentence: string,
    /** The member of the request that is wrong, such as `title.en`. */
    readonly field: string | null = null,
  ) {
    super(sentence);
    this.name = 'ApiError';
  }

  /** Somebody else has changed the thing in the meantime. */
  get conflict(): boolean {
    return this.status === 412;
  }

  get gone(): boolean {
    return this.status === 404;
  }
}

/** The person did not log in again; what was asked for is dropped without a word. */
export class LoggedOut extends Error {
  override name = 'LoggedOut';
}

/** Reads `{"error": {…}}`; an answer of another shape (a proxy's page) still makes an error that says the status. */
export async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `${response.status} ${response.statusText}`.trim();
  try {
    const body = (await response.json()) as { error?: { code?: unknown; sentence?: unknown; field?: unknown } };
    const { code, sentence, field } = body.error ?? {};
    return new ApiError(
      response.status,
      typeof code === 'string' ? code : 'unknown',
      typeof sentence === 'string' ? sentence : fallback,
      typeof field === 'string' ? field : null,
    );
  } catch {
    return new ApiError(response.status, 'unknown', fallback);
  }
}
