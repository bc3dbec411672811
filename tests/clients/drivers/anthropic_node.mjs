// The Anthropic SDK for Node, called as its documentation shows; the same lines in and out as witness.py.
import Anthropic from "@anthropic-ai/sdk";
import { join, serve } from "./witness.mjs";

const question = (text) => ({ model: "claude-test", max_tokens: 64, messages: [{ role: "user", content: text }] });
const tools = [{ name: "send", input_schema: { type: "object", properties: {} } }];
const called = (message) => JSON.stringify(message.content[0].input);
const client = (fetch, fetchOptions) => new Anthropic({ timeout: 30_000, fetch, fetchOptions });

serve({
  messages: async (fetch, options, text) =>
    (await client(fetch, options).messages.create(question(text))).content[0].text,
  "messages-stream": async (fetch, options, text) =>
    join(
      await client(fetch, options).messages.create({ ...question(text), stream: true }),
      (event) => (event.type === "content_block_delta" ? event.delta.text : ""),
    ),
  tools: async (fetch, options, text) => called(await client(fetch, options).messages.create({ ...question(text), tools })),
  "tools-stream": async (fetch, options, text) =>
    called(await client(fetch, options).messages.stream({ ...question(text), tools }).finalMessage()),
});
