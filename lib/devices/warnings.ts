import { type Observable, Subject } from 'rxjs';
import type { Notice } from '../engine.ts';

/** Warnings about a device: a stream of them, and the function that emits one. */
export function warnings(): {
  readonly notice$: Observable<Notice>;
  readonly warn: (message: string) => void;
} {
  const said$ = new Subject<Notice>();
  return { notice$: said$.asObservable(), warn: message => said$.next({ type: 'warning', message }) };
}
