import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/llm/message.ts';
import { isContextFull, lengthOf, shorter } from '../../../lib/providers/openai/contextFull.ts';

describe('isContextFull', () => {
  it.each([
    [
      'OpenAI',
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 129000 tokens.",
    ],
    [
      'OpenAI, newer',
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
    ],
    ['vLLM', 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.'],
    ['llama.cpp', 'the request exceeds the available context size, try increasing it'],
    [
      'llama.cpp, tokens',
      'request (5152 tokens) exceeds the available context size (4096 tokens), try increasing it',
    ],
    [
      'LM Studio',
      'Trying to keep the first 6000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    ],
    ['Ollama', 'the input length exceeds the context length'],
    ['Ollama, prompt', 'prompt too long; exceeded max context length by 12 tokens'],
    ['Anthropic', 'prompt is too long: 208310 tokens > 200000 maximum'],
    [
      'Anthropic, with the answer',
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
    ],
    ['Groq', 'Please reduce the length of the messages or completion.'],
    [
      'Mistral',
      'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    ],
    [
      'Hugging Face TGI',
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000',
    ],
    [
      'Hugging Face TGI, input',
      'Input validation error: `inputs` must have less than 4095 tokens. Given: 5000',
    ],
    ['Google', 'The input token count (1048600) exceeds the maximum number of tokens allowed (1048576).'],
    ['xAI', "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
    ['Bedrock', 'Input is too long for requested model.'],
    ['Fireworks', 'The prompt is too long: 9000, model maximum context length: 8191'],
    ['SGLang', "The input (5000 tokens) is longer than the model's context length (4096 tokens)."],
    ['Moonshot', 'Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)'],
    ['Z.AI', 'Prompt exceeds max length'],
    ['Qwen', 'Range of input length should be [1, 30720]'],
    ['Cohere', 'too many tokens: total number of tokens in the prompt cannot exceed 4081'],
    ['Poolside', 'Input length 131393 exceeds the maximum allowed input length of 131040 tokens.'],
    ['Atlas', 'Prompt too long: 5152 tokens exceeds max_seq_len 2048 (leave room for output tokens)'],
  ])('should know the words of %s', (_, message) => {
    expect(isContextFull({ status: 400, message })).toBe(true);
  });

  it('should know codes and the status for what is too large', () => {
    expect(isContextFull({ status: 400, code: 'context_length_exceeded', message: 'No.' })).toBe(true);
    expect(isContextFull({ status: 400, type: 'exceed_context_size_error', message: 'No.' })).toBe(true);
    expect(isContextFull({ status: 413, message: 'Request Entity Too Large' })).toBe(true);
  });

  it.each([
    [429, 'Rate limit reached: tokens per minute, please reduce your message size'],
    [400, 'ThrottlingException: Too many tokens, please wait before trying again.'],
    [400, "Unsupported value: 'temperature' does not support 0.2 with this model."],
    [401, 'Incorrect API key provided.'],
    [404, 'The model does not exist.'],
    [500, 'The server had an error while processing your request.'],
    [undefined, 'Connection error.'],
  ])('should not take %s "%s" for it', (status, message) => {
    expect(isContextFull({ status, message })).toBe(false);
    expect(isContextFull(undefined)).toBe(false);
  });
});

describe('shorter', () => {
  const system: Message = { role: 'system', content: 'Be brief.' };
  const exchange = (n: number): Message[] => [
    { role: 'user', content: `Question ${n}` },
    { role: 'assistant', content: `Answer ${n}` },
  ];

  it('should leave out the oldest half, and keep the prompt and the last exchange, until that is all there is', () => {
    const long = [system, ...[1, 2, 3, 4].flatMap(exchange)];
    const half = shorter(long)!;
    expect(half).toEqual([system, ...[3, 4].flatMap(exchange)]);
    expect(shorter(half)).toEqual([system, ...exchange(4)]);
    expect(shorter([system, ...exchange(4)])).toBeUndefined();
  });

  it('should leave a greeting out, too', () => {
    expect(shorter([system, { role: 'assistant', content: 'Hello.' }, ...exchange(1)])).toEqual([
      system,
      ...exchange(1),
    ]);
  });

  it('should keep the calls of the last exchange, and cut their long results at last', () => {
    const called: Message[] = [
      { role: 'user', content: 'Look it up.' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'page', arguments: '{}' }] },
      { role: 'tool', content: 'word '.repeat(1_000), toolCallId: 'a' },
    ];
    const kept = shorter([system, ...exchange(1), ...called])!;
    expect(kept).toEqual([system, ...called]);
    const cut = shorter(kept)!;
    expect(cut.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(lengthOf(cut)).toBeLessThan(1_200);
    expect(shorter(cut)).toBeUndefined();
  });
});
