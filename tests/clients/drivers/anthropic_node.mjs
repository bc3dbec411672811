// The Anthropic SDK for Node, called as its documentation shows; the same lines in and out as witness.py.
import Anthropic from "@anthropic-ai/sdk";
import { join, serve } from "./witness.mjs";

const question = (text) => ({ model: "claude-test", max_tokens: 64, messages: [{ role: "user", content: text }] });
const client = (fetch, fetchOptions) => new Anthropic({ timeout: 30_000, fetch, fetchOptions });

serve({
  messages: async (fetch, options, text) =>
    (await client(fetch, options).messages.create(question(text))).content[0].text,
  "messages-stream": async (fetch, options, text) =>
    join(
      await client(fetch, options).messages.create({ ...question(text), stream: true }),
      (event) => (event.type === "content_block_delta" ? event.delta.text : ""),
    ),
});
