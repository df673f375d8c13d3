/** Files that this page sends, by tus. What it knows of a file is in the browser's storage, so that a reload costs nothing. */
import { Upload as Tus, type HttpRequest, type PreviousUpload } from 'tus-js-client';
import { reactive, shallowReactive } from 'vue';
import { Pace } from './pace';

export type Phase = 'beginning' | 'sending' | 'paused' | 'failed' | 'sent';

export interface Sending {
  key: number;
  name: string;
  bytes: number;
  sent: number;
  /** Bytes a second; 0: not known. */
  rate: number;
  /** Seconds; null: not known. */
  left: number | null;
  phase: Phase;
  /** Some of it was there already. */
  resumed: boolean;
  failure: string;
}

/** What a network that is away for some minutes costs: nothing. */
const retryDelays = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000];
/** In one request. */
const chunkSize = 256 * 1024 * 1024;

/** What the server says of a failure, or what tus does. */
export function failureText(error: Error & { originalResponse?: { getBody(): string } | null }): string {
  try {
    const said = JSON.parse(error.originalResponse?.getBody() ?? '') as { error?: { sentence?: string } };
    if (said.error?.sentence) return said.error.sentence;
  } catch {
    // no answer, or none of this server
  }
  return error.message;
}

/** The one of which most is likely there: the newest. */
export const newestOf = (previous: readonly PreviousUpload[]): PreviousUpload | undefined =>
  [...previous].sort((a, b) => Date.parse(b.creationTime) - Date.parse(a.creationTime))[0];

export class Sendings {
  readonly list = shallowReactive<Sending[]>([]);
  private readonly running = new Map<number, Tus>();
  private last = 0;

  /** `csrf`: of the session of the moment. `changed`: the server's list is another one now. */
  constructor(
    private readonly endpoint: string,
    private readonly csrf: () => string | null,
    private readonly changed: () => void,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {}

  /** Begins, or goes on with what an earlier page has begun. */
  async add(file: File): Promise<void> {
    const sending: Sending = reactive({
      ...{ key: ++this.last, name: file.name, bytes: file.size, sent: 0, rate: 0, left: null, phase: 'beginning' },
      ...{ resumed: false, failure: '' },
    });
    const pace = new Pace();
    const tus = new Tus(file, {
      endpoint: this.endpoint,
      metadata: { filename: file.name },
      retryDelays,
      chunkSize,
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request: HttpRequest) => request.setHeader('X-Farboot-Csrf', this.csrf() ?? ''),
      onUploadUrlAvailable: () => this.changed(),
      onProgress: (sent) => {
        if (sending.phase === 'beginning') sending.phase = 'sending';
        pace.add(this.now(), sent);
        Object.assign(sending, { sent, rate: pace.rate, left: pace.left(file.size) });
      },
      onSuccess: () => {
        Object.assign(sending, { phase: 'sent', sent: file.size, left: null });
        this.running.delete(sending.key);
        this.changed();
      },
      onError: (error) => Object.assign(sending, { phase: 'failed', failure: failureText(error) }),
    });
    const previous = newestOf(await tus.findPreviousUploads());
    if (previous) {
      sending.resumed = true;
      tus.resumeFromPreviousUpload(previous);
    }
    // Only now is there something to pause or cancel: nothing comes between this and the start.
    this.running.set(sending.key, tus);
    this.list.push(sending);
    tus.start();
  }

  async pause(sending: Sending): Promise<void> {
    sending.phase = 'paused';
    await this.running.get(sending.key)?.abort();
  }

  resume(sending: Sending): void {
    Object.assign(sending, { phase: 'beginning', failure: '' });
    this.running.get(sending.key)?.start();
  }

  /** What of it is at the server goes, too. */
  async cancel(sending: Sending): Promise<void> {
    const tus = this.running.get(sending.key);
    this.forget(sending);
    try {
      await tus?.abort(true);
    } finally {
      this.changed();
    }
  }

  /** Takes it out of the list of the page. */
  forget(sending: Sending): void {
    this.running.delete(sending.key);
    const place = this.list.indexOf(sending);
    if (place >= 0) this.list.splice(place, 1);
  }
}
