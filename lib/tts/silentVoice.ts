import { RxvoiceError } from '../errors.ts';

/** Whether there is something to say in a text: a letter or a digit. */
export const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** What is wrong when a voice has no audio for words. */
export const silentVoice = (): RxvoiceError =>
  new RxvoiceError('The voice had no audio for the words it was given.', { stage: 'tts', retryable: true });
