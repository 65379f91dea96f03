import { Observable } from 'rxjs';
import {
  type DeepgramServer,
  deepgramServer,
  type DeepgramServerOptions,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
} from '../../lib/testing/index.ts';
import { UsageError } from '../usageError.ts';

/** Both servers, running. */
export interface Servers {
  readonly deepgram: DeepgramServer;
  readonly openai: OpenaiServer;
}

/** Runs both servers for as long as it is subscribed. */
export const servers = (deepgram: DeepgramServerOptions, openai: OpenaiServerOptions): Observable<Servers> =>
  new Observable(subscriber => {
    const starting = Promise.allSettled([deepgramServer(deepgram), openaiServer(openai)]);
    void starting.then(([first, second]) => {
      if (first.status === 'rejected') return subscriber.error(explained(first.reason, '--deepgram-port'));
      if (second.status === 'rejected') return subscriber.error(explained(second.reason, '--openai-port'));
      subscriber.next({ deepgram: first.value, openai: second.value });
    });
    return () =>
      void starting.then(results =>
        results.map(result => result.status === 'fulfilled' && result.value.close()),
      );
  });

const explained = (reason: unknown, flag: string): unknown => {
  const { code, port } = reason as { readonly code?: string; readonly port?: number };
  return code === 'EADDRINUSE'
    ? new UsageError(`${flag} ${port ?? ''}: the port is taken. 0 takes any that is free.`)
    : reason;
};
