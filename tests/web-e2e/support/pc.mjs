/** A PC that comes up at a real server and proves a key of its own, as farboot-agent does (docs/pcs.md). */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { request } from 'node:https';

/** `server` is what startServer resolves to, `uuid` and `mac` are what the PC is known again by. */
export function makePc(server, { uuid, mac, hardware = {} }) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  // The last 32 bytes of an Ed25519 key's SubjectPublicKeyInfo are the key.
  const key = `ed25519:${publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`;
  let session = null;

  /** Resolves to {status, headers, body}. */
  function post(path, body) {
    return new Promise((done, failed) => {
      const sent = request(
        `${server.url}/api/v1/${path}`,
        {
          method: 'POST',
          ca: server.ca,
          headers: { 'Content-Type': 'application/json', ...(session ? { 'Farboot-Pc': session } : {}) },
        },
        async (response) => {
          const parts = [];
          for await (const part of response) parts.push(part);
          const text = Buffer.concat(parts).toString();
          done({ status: response.statusCode, headers: response.headers, body: text });
        },
      );
      sent.on('error', failed);
      sent.end(JSON.stringify(body));
    });
  }

  async function ask(path, body) {
    const answer = await post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  }

  /** Comes up anew; resolves to the server's answer. */
  async function comeUp(stages = []) {
    session = null;
    const statement = await post('statement', { nonce: randomBytes(16).toString('base64') });
    const challenge = statement.headers['farboot-challenge'];
    const message = `farboot-pc-1\n${new URL(server.url).hostname}\n${challenge}`;
    const proof = { challenge, key, kept: 'disk', signature: sign(null, Buffer.from(message), privateKey).toString('base64') };
    const answer = await ask('pc/hello', { mac, uuid, boot_id: randomBytes(8).toString('hex'), hardware, stages, proof });
    session = answer.session;
    return answer;
  }

  const report = (body) => ask('pc/report', body);

  /** Starts a record's system, which then runs. */
  async function start(record, number, stages = []) {
    const { token } = await ask('pc/boot-token', { record, number });
    session = (await ask('pc/system', { token, record })).session;
    return report({ state: 'running', stages });
  }

  return { ask, comeUp, report, start };
}
