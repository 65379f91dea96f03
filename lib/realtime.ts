import type { SessionTerms } from './engine.ts';
import type { Llm } from './llm/message.ts';
import type { Stt } from './stt/stt.ts';
import type { Tts } from './tts/tts.ts';

/**
 * A model that hears and speaks: returns the engines of one call, which share its session. A conversation calls it when
 * the call is placed; nothing is opened before an engine is subscribed or its `warm$` is.
 *
 * The conversation decides when the model answers, and owns the history: `llm` gets all messages each time, with the words
 * that were heard, and brings the model's memory in line with them.
 *
 * @example
 * setup({ realtime: () => { const session = open(); return { stt: session.hear, llm: session.answer, tts: session.read }; } });
 */
export type Realtime = (terms?: SessionTerms) => RealtimeCall;

/** The engines of one call with a {@link Realtime} model. */
export interface RealtimeCall {
  /** The user's words, and the ends of their turns, as the model hears them. */
  readonly stt: Stt;
  /** The model's answers. With its own voice (`voiced`) they have `voice` events, else `tts` speaks them. */
  readonly llm: Llm;
  /** The voice of texts that the model does not write: a greeting, `say`, an apology, a filler. */
  readonly tts: Tts;
}
