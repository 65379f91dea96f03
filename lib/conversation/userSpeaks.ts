import { map, type Observable } from 'rxjs';
import { ofType } from '../rx/ofType.ts';

/** Whether the user speaks, from signals of a conversation, each time it changes. */
export const userSpeaks = (signal$: Observable<{ readonly type: string }>): Observable<boolean> =>
  signal$.pipe(
    ofType('speaking', 'said', 'silent', 'ignored'),
    map(({ type }) => type === 'speaking'),
  );
