import { filter, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';

/**
 * Keeps the values of the given types, and narrows the union to them.
 *
 * @example
 * call$.pipe(ofType('user.said', 'bot.spoke')).subscribe(({ turn }) => console.log(turn));
 */
export const ofType =
  <Union extends { readonly type: string }, Type extends Union['type']>(
    ...types: Type[]
  ): OperatorFunction<Union, Extract<Union, { readonly type: Type }>> =>
  source$ =>
    source$.pipe(
      filter((value): value is Extract<Union, { readonly type: Type }> =>
        (types as string[]).includes(value.type),
      ),
    );

/** Leaves out the values of the given types. */
export const without =
  <Union extends { readonly type: string }>(...types: Union['type'][]): MonoTypeOperatorFunction<Union> =>
  source$ =>
    source$.pipe(filter(({ type }) => !types.includes(type)));
