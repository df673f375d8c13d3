import { QWebChannel, type AgentObject } from 'qwebchannel';
import { parseEvent, type AgentEvent, type Command } from './protocol';

/** The agent of this PC, behind the object `agent` that the preboot browser puts into the page. */
export class Agent {
  private object: AgentObject | null = null;

  /** Listens to the agent; each event it understands is handed to `heard`. */
  constructor(transport: WebChannelTransport, heard: (event: AgentEvent) => void) {
    new QWebChannel(transport, (channel) => {
      const agent = channel.objects.agent;
      if (!agent) return;
      this.object = agent;
      agent.received.connect((line) => {
        const event = parseEvent(line);
        if (event) heard(event);
      });
    });
  }

  send(command: Command): void {
    this.object?.send(JSON.stringify(command)).catch(() => {
      console.warn(`The browser did not take the command ${command.command}`);
    });
  }
}

/** The way to the agent, or null in a browser that has none. */
export function agentTransport(): WebChannelTransport | null {
  return (typeof qt === 'object' && qt.webChannelTransport) || null;
}
