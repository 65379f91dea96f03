import { concatMap, EMPTY, from, map, type Observable } from 'rxjs';
import type { VoiceConfig } from '../../lib/index.ts';
import { modelFolder, verifyModel } from '../../lib/providers/local/index.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Whether the models of offline speech recognition are on this machine, and intact. */
export function modelChecks({ stt }: VoiceConfig): Observable<Check> {
  if (typeof stt === 'function' || stt.engine !== 'local') return EMPTY;
  return from(['silero-vad', `moonshine-${stt.model ?? 'tiny'}`] as const).pipe(
    concatMap(name =>
      verifyModel(name).pipe(
        map(({ state }) => {
          const what = `model ${name}`;
          if (state === 'present') return ok(what, `is in ${modelFolder()}, and complete`);
          const cure = `rxvoice models fetch ${name}`;
          return state === 'missing'
            ? warn(what, 'is not on this machine yet; the first call fetches it', cure)
            : fail(what, `is damaged, in ${modelFolder()}`, cure);
        }),
      ),
    ),
  );
}
