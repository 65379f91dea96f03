import { concat, defer, mergeMap, NEVER, type Observable, take, throwError, timer } from 'rxjs';
import type { Output } from '../audio/output.ts';
import { toOutput } from '../audio/toOutput.ts';
import type { Llm, LlmEvent, Message } from '../llm/message.ts';
import type { Tts } from '../tts/tts.ts';
import { type Duration, msOf } from './duration.ts';
import { scriptedLlm } from './scriptedLlm.ts';
import { scriptedTts } from './scriptedTts.ts';

interface AnswerSpeed {
  readonly firstToken?: Duration;
  readonly token?: Duration;
}

interface ModelFailure {
  readonly after?: Duration;
  readonly saying?: string;
  readonly error?: unknown;
}

interface SpeechSpeed {
  readonly firstAudio?: Duration;
  readonly character?: Duration;
}

interface AudioFailure {
  readonly afterFrames?: number;
  readonly error?: unknown;
}

/** Behaviour of a scripted call's model, one step a request; the last step repeats. */
export interface LlmScript {
  /** Answers. First token after 200 ms, then one (a word) every 20 ms by default. */
  answers(answer: string | ((messages: readonly Message[]) => string), speed?: AnswerSpeed): void;
  /** Emits these events, each after a delay since the one before: tool calls, usage, any event. */
  emits(...events: readonly (readonly [after: Duration, event: LlmEvent])[]): void;
  /** Writes part of an answer, if any, and fails. Default after 200 ms, with an Error of its own. */
  fails(failure?: ModelFailure): void;
  /** Does not answer at all. */
  hangs(): void;
}

/** Behaviour of a scripted call's text-to-speech engine. */
export interface TtsScript {
  /** Speaks: first audio after 100 ms, 60 ms a character by default. */
  speaks(speed: SpeechSpeed): void;
  /** Fails at a sentence (0, 1, … of the call), after a number of frames of 20 ms. Default 0. */
  failsAt(sentence: number, failure?: AudioFailure): void;
}

/** Behaviour of a scripted call's output. */
export interface OutputScript {
  /** Fails in a reply (0, 1, … of the call), after a number of frames of 20 ms. Default 0. */
  failsAt(reply: number, failure?: AudioFailure): void;
}

const brokenWith = (error: unknown, what: string): Observable<never> =>
  throwError((): unknown => error ?? new Error(`${what} broke, as scripted.`));

/** A model to be scripted. */
export class ScriptedModel implements LlmScript {
  readonly #answers: Llm[] = [];
  #requests = 0;

  answers(
    answer: string | ((messages: readonly Message[]) => string),
    { firstToken, token }: AnswerSpeed = {},
  ): void {
    this.#answers.push(
      scriptedLlm(answer, {
        ...(firstToken !== undefined && { firstTokenMs: msOf(firstToken) }),
        ...(token !== undefined && { tokenMs: msOf(token) }),
      }),
    );
  }

  emits(...events: readonly (readonly [after: Duration, event: LlmEvent])[]): void {
    this.#answers.push(() =>
      concat(...events.map(([after, event]) => timer(msOf(after)).pipe(mergeMap(() => [event])))),
    );
  }

  fails({ after = 200, saying = '', error }: ModelFailure = {}): void {
    const said = scriptedLlm(saying);
    this.#answers.push(messages =>
      concat(said(messages), timer(msOf(after)).pipe(mergeMap(() => brokenWith(error, 'The model')))),
    );
  }

  hangs(): void {
    this.#answers.push(() => NEVER);
  }

  readonly llm: Llm = (messages, request) =>
    defer(() => {
      if (this.#answers.length === 0) this.answers('All right.');
      const index = Math.min(this.#requests++, this.#answers.length - 1);
      return this.#answers[index]!(messages, request);
    });
}

/** A voice to be scripted. */
export class ScriptedVoice implements TtsScript {
  readonly #failures = new Map<number, AudioFailure>();
  #tts = scriptedTts();
  #sentences = 0;

  speaks({ firstAudio, character }: SpeechSpeed): void {
    this.#tts = scriptedTts({
      ...(firstAudio !== undefined && { firstAudioMs: msOf(firstAudio) }),
      ...(character !== undefined && { msPerCharacter: msOf(character) }),
    });
  }

  failsAt(sentence: number, failure: AudioFailure = {}): void {
    this.#failures.set(sentence, failure);
  }

  readonly tts: Tts = text =>
    defer(() => {
      const failure = this.#failures.get(this.#sentences++);
      return failure === undefined ? this.#tts(text) : breaking(this.#tts(text), failure, 'The voice');
    });
}

/** An output to be scripted: it takes as long as a loudspeaker would. */
export class ScriptedSpeaker implements OutputScript {
  readonly #failures = new Map<number, AudioFailure>();
  readonly #play = toOutput({ write: () => undefined });
  #replies = 0;

  failsAt(reply: number, failure: AudioFailure = {}): void {
    this.#failures.set(reply, failure);
  }

  readonly output: Output = speech$ =>
    defer(() => {
      const failure = this.#failures.get(this.#replies++);
      return this.#play(failure === undefined ? speech$ : breaking(speech$, failure, 'The output'));
    });
}

const breaking = <Value>(
  source$: Observable<Value>,
  { afterFrames = 0, error }: AudioFailure,
  what: string,
): Observable<Value> => concat(source$.pipe(take(afterFrames)), brokenWith(error, what));
