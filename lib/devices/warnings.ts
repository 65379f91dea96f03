import { type Observable, Subject } from 'rxjs';
import type { Notice } from '../engine.ts';

/** What a person should know of a device: a stream of it, and the way to say it. */
export function warnings(): {
  readonly notice$: Observable<Notice>;
  readonly warn: (message: string) => void;
} {
  const said$ = new Subject<Notice>();
  return { notice$: said$.asObservable(), warn: message => said$.next({ type: 'warning', message }) };
}
