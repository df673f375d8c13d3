/**
 * Runs in the page before its own scripts: the far end of a QWebChannel with the object `agent`, so that Qt's own client
 * talks to it as it does in the preboot browser. `fakeAgent.sent` holds the commands that came, `fakeAgent.say(event)`
 * sends an event.
 */
export function fakeAgent() {
  const [init, invoke, connect, response, signal] = [3, 6, 7, 10, 1];
  const transport = {
    onmessage: null,
    send(text) {
      const message = JSON.parse(text);
      if (message.type === init) {
        answer(message.id, {
          agent: {
            methods: [['send', 5], ['send(QString)', 5]],
            signals: [['received', 4]],
            properties: [],
            enums: {},
          },
        });
      } else if (message.type === connect) {
        window.fakeAgent.listening = true;
      } else if (message.type === invoke) {
        window.fakeAgent.sent.push(JSON.parse(message.args[0]));
        answer(message.id, null);
      }
    },
  };
  const deliver = (message) => setTimeout(() => transport.onmessage?.({ data: JSON.stringify(message) }), 0);
  const answer = (id, data) => deliver({ type: response, id, data });
  window.fakeAgent = {
    sent: [],
    listening: false,
    say: (event) => deliver({ type: signal, object: 'agent', signal: 4, args: [JSON.stringify(event)] }),
  };
  window.qt = { webChannelTransport: transport };
}

/** Says an event to the page once it listens, and waits until it has arrived. */
export async function say(page, ...events) {
  await page.waitForFunction(() => window.fakeAgent.listening);
  for (const event of events) await page.evaluate((value) => window.fakeAgent.say(value), event);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
}

/** Waits until the page has sent a command that has all of `expected`, and returns it. */
export async function sent(page, expected) {
  const handle = await page.waitForFunction(
    (wanted) => window.fakeAgent.sent.find((got) => Object.entries(wanted).every(([key, value]) => got[key] === value)),
    expected,
  );
  return handle.jsonValue();
}
