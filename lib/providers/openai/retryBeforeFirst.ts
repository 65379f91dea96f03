export { retryBeforeFirst } from '../http/retryBeforeFirst.ts';
