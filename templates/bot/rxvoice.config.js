// `rxvoice talk`, `demo`, `file` and `serve` use this file: the bot of src/bot.ts, compiled by `npm run build`.
// Flags (--stt deepgram) and variables (RXVOICE_STT=deepgram, also in .env) win over it.
import { bot } from './dist/bot.js';

export default {
  ...bot,
  // Only for `rxvoice talk`; `rxvoice devices` lists the names.
  talk: {
    // inputDevice: 'USB Headset',
    // outputDevice: 'USB Headset',
    echo: 'headphones', // or 'half-duplex' at an open loudspeaker, or 'system' where the sound system cancels the echo
    pushToTalk: false,
  },
};
