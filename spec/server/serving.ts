import { firstValueFrom, type Observable, ReplaySubject, Subscription, filter, share } from 'rxjs';
import { setup } from '../../lib/index.ts';
import { serve, type ServeOptions, type ServerEvent } from '../../lib/server/index.ts';
import { scriptedLlm, scriptedStt, type ScriptedSpeech, scriptedTts } from '../../lib/testing/index.ts';

/** A bot that hears the script's words, in the audio's time, and answers this. */
export const scripted = (
  says: readonly ScriptedSpeech[] = [{ from: 100, to: 500, text: 'Hello there.' }],
  answer = 'Hi. How are you?',
  msPerCharacter = 20,
) =>
  setup({
    stt: scriptedStt(says),
    llm: scriptedLlm(answer, { firstTokenMs: 5, tokenMs: 1 }),
    tts: scriptedTts({ firstAudioMs: 5, msPerCharacter }),
  });

/** A server for a spec. */
export interface Serving {
  readonly url: string;
  readonly event$: Observable<ServerEvent>;
  readonly events: readonly ServerEvent[];
  readonly next: <Type extends ServerEvent['type']>(
    type: Type,
  ) => Promise<Extract<ServerEvent, { readonly type: Type }>>;
  readonly stop: () => void;
  readonly done: Promise<void>;
}

/** Serves on a free port of this machine. */
export async function serving(options: Partial<ServeOptions> = {}): Promise<Serving> {
  const event$ = new ReplaySubject<ServerEvent>();
  const events: ServerEvent[] = [];
  const served$ = serve({ call: () => scripted(), port: 0, ...options }).pipe(share());
  const subscription = new Subscription();
  const url = await new Promise<string>((resolve, reject) => {
    subscription.add(
      served$.subscribe({
        next: event => {
          if (event.type === 'listening') return resolve(event.url);
          events.push(event);
          event$.next(event);
        },
        error: reject,
        complete: () => event$.complete(),
      }),
    );
  });
  return {
    url,
    event$,
    events,
    next: type => firstValueFrom(event$.pipe(filter((event): event is never => event.type === type))),
    stop: () => subscription.unsubscribe(),
    done: new Promise(resolve => event$.subscribe({ complete: resolve })),
  };
}
