import { concat, EMPTY, filter, map, type Observable } from 'rxjs';
import type { AudioClock } from '../audio/audioClock.ts';
import type { Message } from '../llm/message.ts';
import { ofType } from '../rx/ofType.ts';
import type { BotEvent, CallEvent, UserEvent } from './events.ts';
import { afterwards } from './replies/afterwards.ts';
import { answer } from './replies/answer.ts';
import { hangUp } from './replies/hangUp.ts';
import { say } from './replies/say.ts';
import { speculate } from './replies/speculate.ts';
import type { ReplyContext } from './replyContext.ts';
import { type FloorTaker, isCommitOf, type Signal, userSaid } from './signal.ts';

/** The bot's activity from a signal on: its reply, and its behaviour while there is nothing to answer. */
export function nextReply(
  call: ReplyContext,
  signal: FloorTaker,
  /** The conversation before the signal. */
  history: readonly Message[],
  /** The signals after this one. */
  signal$: Observable<Signal>,
  clock: AudioClock,
): Observable<UserEvent | BotEvent | CallEvent> {
  switch (signal.type) {
    case 'begin':
      return concat(signal.greeting === undefined ? EMPTY : say(call, signal.greeting), afterwards(call));
    case 'said':
      return concat(answer(call, userSaid(signal, clock), history), afterwards(call));
    case 'eager': {
      const said$ = signal$.pipe(
        ofType('said'),
        filter(said => isCommitOf(signal, said)),
        map(said => userSaid(said, clock)),
      );
      return concat(speculate(call, signal, said$, history), afterwards(call));
    }
    case 'say':
      return concat(say(call, signal), afterwards(call));
    case 'hangUp':
      return hangUp(call, signal.tooLong === true ? 'tooLong' : 'command', signal.goodbye);
    case 'cut':
    case 'resumed':
    case 'interrupt':
      return afterwards(call);
  }
}
