import type { AiProviderOptions } from './languageModel.ts';

/** A part of a model's stream, in any version of the interface: every field may be absent. */
export interface StreamPart {
  readonly type?: string;
  readonly id?: string;
  readonly delta?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly result?: unknown;
  readonly isError?: boolean;
  readonly preliminary?: boolean;
  readonly providerExecuted?: boolean;
  readonly providerMetadata?: AiProviderOptions;
  /** A text in version 2. */
  readonly finishReason?: string | { readonly unified?: string };
  readonly usage?: unknown;
  readonly warnings?: readonly { readonly feature?: string; readonly setting?: string }[];
  readonly error?: unknown;
}
