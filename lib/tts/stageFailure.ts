import { catchError, type MonoTypeOperatorFunction, throwError } from 'rxjs';
import type { Stage } from '../errors.ts';

/** An error on its way through a reply, with the stage it comes from. It never leaves the conversation. */
export class StageFailure extends Error {
  readonly stage: Stage;

  constructor(stage: Stage, cause: unknown) {
    super(`The ${stage} stage failed.`, { cause });
    this.stage = stage;
  }
}

/** Marks the errors of a stream as coming from this stage; one that is marked already keeps its mark. */
export const failingAs = <Value>(stage: Stage): MonoTypeOperatorFunction<Value> =>
  catchError((error: unknown) =>
    throwError(() => (error instanceof StageFailure ? error : new StageFailure(stage, error))),
  );
