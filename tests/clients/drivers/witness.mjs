// Runs the calls of one client SDK for Node: a JSON question a line on stdin, what the SDK's user saw on stdout.
// Node's fetch reads no proxy from the environment, so the SDK is given undici's, and its ProxyAgent: both of one version.
import readline from "node:readline";
import { fetch, ProxyAgent } from "undici";

export const show = (value) => process.stdout.write(JSON.stringify(value) + "\n");

export async function join(stream, piece) {
  let text = "";
  for await (const event of stream) {
    const token = piece(event) ?? "";
    if (token && !text) show({ first: token });
    text += token;
  }
  return text;
}

export async function serve(calls) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    const seen = { text: null, error: null, sent: [], status: 0, headers: {} };
    const dispatcher = new ProxyAgent(process.env.HTTPS_PROXY);
    const watched = async (url, options) => {
      seen.sent.push(Buffer.from(options.body).toString("base64"));
      const answer = await fetch(url, options);
      seen.status = answer.status;
      seen.headers = Object.fromEntries(answer.headers);
      return answer;
    };
    try {
      seen.text = await calls[question.call](watched, { dispatcher }, question.text);
    } catch (error) {
      seen.error = { class: error.constructor.name, message: error.message };
    }
    await dispatcher.close();
    show(seen);
  }
}
