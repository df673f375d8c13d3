/** Files that people send by tus (docs/http-api.md, Files by tus). */

export type UploadState = 'open' | 'checking' | 'complete' | 'refused';

export interface Upload {
  id: number;
  owner: string;
  name: string;
  bytes: number;
  received: number;
  state: UploadState;
  /** What its sender says that it is; once it is complete, what it is. */
  sha256: string | null;
  /** Why it was refused. */
  sentence: string;
  made: string;
  changed: string;
  /** When it goes by itself. */
  expires: string | null;
}

export interface Quota {
  bytes: number;
  used: number;
}
