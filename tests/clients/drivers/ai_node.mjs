// The AI SDK for Node with its OpenAI provider, called as its documentation shows.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";
import { join, serve } from "./witness.mjs";

const model = (fetch, options) =>
  createOpenAI({ fetch: (url, init) => fetch(url, { ...init, ...options }) }).chat("gpt-test");

serve({
  generate: async (fetch, options, text) => (await generateText({ model: model(fetch, options), prompt: text })).text,
  "generate-stream": async (fetch, options, text) => {
    let failed;
    const answer = streamText({ model: model(fetch, options), prompt: text, onError: ({ error }) => { failed = error; } });
    const whole = await join(answer.textStream, (token) => token);
    if (failed) throw failed;
    return whole;
  },
});
