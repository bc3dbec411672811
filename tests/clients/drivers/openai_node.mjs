// The OpenAI SDK for Node, called as its documentation shows; the same lines in and out as witness.py.
// Node's fetch reads no proxy from the environment, so the SDK is given undici's ProxyAgent.
import readline from "node:readline";
import OpenAI from "openai";
import { ProxyAgent } from "undici";

const model = "gpt-test";
const show = (value) => process.stdout.write(JSON.stringify(value) + "\n");
const messages = (content) => [{ role: "system", content: "Be brief." }, { role: "user", content }];

async function join(stream, piece) {
  let text = "";
  for await (const event of stream) {
    const token = piece(event) ?? "";
    if (token && !text) show({ first: token });
    text += token;
  }
  return text;
}

const delta = (event) => (event.type === "response.output_text.delta" ? event.delta : "");
const calls = {
  chat: async (client, text) =>
    (await client.chat.completions.create({ model, messages: messages(text) })).choices[0].message.content,
  "chat-stream": async (client, text) =>
    join(
      await client.chat.completions.create({ model, messages: messages(text), stream: true }),
      (chunk) => chunk.choices[0].delta.content,
    ),
  responses: async (client, text) => (await client.responses.create({ model, input: text })).output_text,
  "responses-stream": async (client, text) =>
    join(await client.responses.create({ model, input: text, stream: true }), delta),
  completions: async (client, text) => (await client.completions.create({ model, prompt: text })).choices[0].text,
  "completions-stream": async (client, text) =>
    join(await client.completions.create({ model, prompt: text, stream: true }), (chunk) => chunk.choices[0].text),
  embeddings: async (client, text) =>
    JSON.stringify((await client.embeddings.create({ model, input: [text], encoding_format: "float" })).data[0].embedding),
};

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
  const client = new OpenAI({ timeout: 30_000, fetch: watched, fetchOptions: { dispatcher } });
  try {
    seen.text = await calls[question.call](client, question.text);
  } catch (error) {
    seen.error = { class: error.constructor.name, message: error.message };
  }
  await dispatcher.close();
  show(seen);
}
