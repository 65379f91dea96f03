/** How an answer ended. */
export type Ending = 'whole' | 'length' | 'filtered' | 'broken';

/** Servers' names for incomplete ends; every other reason is a complete one. (Mistral, Google, DeepSeek, Zhipu, vLLM, …) */
const endings: Readonly<Record<string, Ending>> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  max_completion_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  content_filter: 'filtered',
  content_filtered: 'filtered',
  safety: 'filtered',
  sensitive: 'filtered',
  recitation: 'filtered',
  blocklist: 'filtered',
  prohibited_content: 'filtered',
  spii: 'filtered',
  language: 'filtered',
  refusal: 'filtered',
  error: 'broken',
  abort: 'broken',
  aborted: 'broken',
  cancelled: 'broken',
  canceled: 'broken',
  network_error: 'broken',
  insufficient_system_resource: 'broken',
  engine_overloaded: 'broken',
  malformed_function_call: 'broken',
};

/** The meaning of a `finish_reason`, in any spelling. */
export const endingOf = (reason: string): Ending =>
  endings[
    reason
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/gu, '_')
  ] ?? 'whole';
