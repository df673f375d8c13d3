/** What Qt WebEngine puts into a page that has a web channel, and the part of Qt's own client that we use. */

interface WebChannelTransport {
  send(message: string): void;
  onmessage: ((message: { data: unknown }) => void) | null;
}

declare const qt: { webChannelTransport?: WebChannelTransport } | undefined;

declare module 'qwebchannel' {
  interface Signal<A extends unknown[]> {
    connect(slot: (...values: A) => void): void;
  }
  export interface AgentObject {
    send(text: string): Promise<unknown>;
    received: Signal<[string]>;
  }
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Qt's own shape
  export class QWebChannel {
    constructor(
      transport: WebChannelTransport,
      ready: (channel: { objects: { agent?: AgentObject } }) => void,
    );
  }
}
