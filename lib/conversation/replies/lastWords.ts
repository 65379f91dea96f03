import { concat, defer, EMPTY, type Observable, throwError } from 'rxjs';
import type { BotEvent } from '../events.ts';
import type { PreparedSpeech } from '../preparedSpeech.ts';
import type { ReplyContext } from '../replyContext.ts';
import { say } from './say.ts';

/** Ends a call that can't go on: says the last words, if they are prepared, and errors. */
export const lastWords = (
  call: ReplyContext,
  words: PreparedSpeech | undefined,
  error: unknown,
): Observable<BotEvent> =>
  defer(() => {
    const tts = words?.tts;
    const goodbye$ =
      words === undefined || tts === undefined
        ? EMPTY
        : say(call, { text: words.text, interruptible: false }, tts);
    return concat(
      goodbye$,
      throwError(() => error),
    );
  });
