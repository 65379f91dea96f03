import { z } from 'zod';
import { longestTimerMs } from '../rx/timers.ts';

// Building blocks for the checks of options.
export const milliseconds = z.number().int().nonnegative().max(longestTimerMs);
export const someMilliseconds = milliseconds.min(1);
export const count = z.number().int().nonnegative();
export const text = z.string().min(1);
export const texts = z.array(text).readonly();
export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const operation = z.custom<(...args: never[]) => unknown>(isFunction, 'a function');
