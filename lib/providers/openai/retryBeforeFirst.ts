export { retryBeforeFirst, type RetryOptions } from '../http/retryBeforeFirst.ts';
