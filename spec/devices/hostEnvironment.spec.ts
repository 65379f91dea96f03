import { expect, it } from 'vitest';
import { hostEnvironment } from '../../lib/devices/hostEnvironment.ts';

it('should give an audio host what sound needs, and none of the keys', () => {
  const sound = {
    PATH: '/bin',
    XDG_RUNTIME_DIR: '/run/user/1',
    PULSE_SERVER: 'unix:/x',
    LC_ALL: 'C',
    Path: 'C:/x',
  };
  const secrets = {
    OPENAI_API_KEY: 'sk-1',
    DEEPGRAM_API_KEY: 'dg',
    TWILIO_AUTH_TOKEN: 't',
    RXVOICE_TOKEN_SECRET: 's',
    AWS_SECRET_ACCESS_KEY: 'a',
    NODE_OPTIONS: '--require x',
    MY_PASSWORD: 'p',
  };
  expect(hostEnvironment({ ...sound, ...secrets })).toEqual(sound);
});
