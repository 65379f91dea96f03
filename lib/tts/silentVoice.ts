import { RxvoiceError } from '../errors.ts';

/** The error of a voice that has no audio for words. */
export const silentVoice = (): RxvoiceError =>
  new RxvoiceError('The voice had no audio for the words it was given.', { stage: 'tts', retryable: true });
