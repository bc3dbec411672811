// The OpenAI SDK for Node, called as its documentation shows; the same lines in and out as witness.py.
import OpenAI from "openai";
import { join, serve } from "./witness.mjs";

const model = "gpt-test";
const messages = (content) => [{ role: "system", content: "Be brief." }, { role: "user", content }];
const client = (fetch, fetchOptions) => new OpenAI({ timeout: 30_000, fetch, fetchOptions });
const tools = [{ type: "function", function: { name: "send", parameters: { type: "object", properties: {} } } }];
const delta = (event) => (event.type === "response.output_text.delta" ? event.delta : "");

serve({
  chat: async (fetch, options, text) =>
    (await client(fetch, options).chat.completions.create({ model, messages: messages(text) })).choices[0].message.content,
  "chat-stream": async (fetch, options, text) =>
    join(
      await client(fetch, options).chat.completions.create({ model, messages: messages(text), stream: true }),
      (chunk) => chunk.choices[0].delta.content,
    ),
  responses: async (fetch, options, text) => (await client(fetch, options).responses.create({ model, input: text })).output_text,
  "responses-stream": async (fetch, options, text) =>
    join(await client(fetch, options).responses.create({ model, input: text, stream: true }), delta),
  completions: async (fetch, options, text) => (await client(fetch, options).completions.create({ model, prompt: text })).choices[0].text,
  "completions-stream": async (fetch, options, text) =>
    join(await client(fetch, options).completions.create({ model, prompt: text, stream: true }), (chunk) => chunk.choices[0].text),
  tools: async (fetch, options, text) =>
    (await client(fetch, options).chat.completions.create({ model, messages: messages(text), tools })).choices[0].message.tool_calls[0]
      .function.arguments,
  "tools-stream": async (fetch, options, text) =>
    (await client(fetch, options).chat.completions.stream({ model, messages: messages(text), tools }).finalChatCompletion()).choices[0]
      .message.tool_calls[0].function.arguments,
  embeddings: async (fetch, options, text) =>
    JSON.stringify((await client(fetch, options).embeddings.create({ model, input: [text], encoding_format: "float" })).data[0].embedding),
});
