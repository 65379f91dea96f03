// The page of `rxvoice serve`: a call, as a conversation. `rxvoice` comes from rxvoice.js, the script-tag bundle.
import { showTurns } from './waterfall.js';

/** @param {string} id */
const element = id => /** @type {HTMLElement} */ (document.getElementById(id));
const [callButton, muteButton] = [element('call'), element('mute')];

const { path } = await (await fetch('config.json')).json();
const call = globalThis.rxvoice.voiceCall({
  url: path,
  // The page's policy allows no scripts from elsewhere, not from a blob either.
  workletUrl: 'worklet.js',
  // Without a token the server asks for none, or says so itself.
  token: async () => {
    const response = await fetch('token');
    return response.ok ? response.text() : '';
  },
});

let state = { phase: 'idle' };
const running = () => ['connecting', 'open', 'reconnecting'].includes(state.phase);

callButton.onclick = () => (running() ? call.hangUp() : call.start());
muteButton.onclick = () => call.mute(!state.muted);
call.state$.subscribe(next => {
  state = next;
  element('state').textContent = describe(next);
  announce(describe({ ...next, speaking: undefined, thinking: false }));
  const first = callButton.disabled;
  callButton.disabled = false;
  if (first) callButton.focus();
  callButton.textContent = running() ? 'Hang up' : 'Call';
  callButton.classList.toggle('on', running());
  muteButton.disabled = !running();
  muteButton.textContent = next.muted ? 'Unmute' : 'Mute';
  muteButton.setAttribute('aria-pressed', String(next.muted));
  const wrong = next.error ?? next.warning;
  element('error').hidden = wrong === undefined;
  element('error').textContent = wrong?.message ?? '';
  if (next.phase === 'open') listDevices();
});

/** A screen reader announces the state of the call, but not each change of speaker during the conversation. */
function announce(words) {
  const announced = element('announced');
  if (announced.textContent !== words) announced.textContent = words;
}

/** How the call is, in words. */
function describe({ phase, ready, muted, speaking, thinking }) {
  switch (phase) {
    case 'idle':
      return 'Not connected';
    case 'connecting':
      return 'Connecting …';
    case 'reconnecting':
      return 'The network is gone; what you say is kept …';
    case 'ended':
      return 'The call is over';
  }
  if (!ready) return 'Getting ready …';
  if (speaking === 'user') return 'You are speaking';
  if (speaking === 'bot') return 'The bot is speaking';
  if (thinking) return 'Thinking …';
  return muted ? 'Muted' : 'Listening';
}

const transcript = element('transcript');
const atEnd = () => transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < 80;
const toEnd = () => (transcript.scrollTop = transcript.scrollHeight);
new ResizeObserver(toEnd).observe(transcript);
call.transcript$.subscribe(lines => {
  // A user who has scrolled up to read is not interrupted.
  const follow = atEnd();
  element('hint').hidden = lines.length > 0;
  lines.forEach((line, index) => {
    const item = transcript.children[index] ?? transcript.appendChild(document.createElement('li'));
    if (item.line !== line) show(item, line);
  });
  while (transcript.children.length > lines.length) transcript.lastElementChild.remove();
  if (follow) toEnd();
});

/** A line of the transcript; the part of the bot's answer that was not heard is dimmed. */
function show(item, line) {
  item.line = line;
  item.className = `${line.who} ${line.state}`;
  const unheard = line.text.slice(line.heard.length);
  item.replaceChildren(
    text('who', line.who === 'user' ? 'You' : 'Bot'),
    text('words', line.heard),
    ...(unheard === '' ? [] : [text('unseen', ' Not heard: '), text('unheard', unheard)]),
    ...(noteOf(line) === undefined ? [] : [text('note', noteOf(line))]),
  );
}

function noteOf({ state, failed, heard }) {
  if (state === 'failed') return `The answer broke off: ${failed} failed`;
  if (state === 'ignored') return 'Not taken for an interruption';
  if (state !== 'interrupted') return undefined;
  return heard === '' ? 'Interrupted before a word was heard' : 'Interrupted: the rest was not heard';
}

function text(className, words) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = words;
  return span;
}

call.metrics$.subscribe(metrics => showTurns(metrics, globalThis.rxvoice.stages));

const bars = { user: document.querySelector('.user i'), bot: document.querySelector('.bot i') };
call.levels$.subscribe(levels => {
  // Loudness as it is heard: 50 dB from nothing to full.
  for (const who of ['user', 'bot'])
    bars[who].style.setProperty(
      '--level',
      `${Math.max(0, 100 + 40 * Math.log10(Math.max(levels[who], 1e-4) * 2))}%`,
    );
});

/** The devices, whose names browsers reveal only once the microphone is allowed. */
async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const [id, kind] of [
    ['microphone', 'audioinput'],
    ['speaker', 'audiooutput'],
  ]) {
    const select = element(id);
    const options = devices
      .filter(device => device.kind === kind && device.deviceId !== 'default')
      .map(({ deviceId, label }, index) => new Option(label || `Device ${index + 1}`, deviceId));
    const chosen = select.value;
    select.replaceChildren(new Option('System default', ''), ...options);
    select.value = options.some(({ value }) => value === chosen) ? chosen : '';
  }
}
element('speaker-label').hidden = !('setSinkId' in AudioContext.prototype);
element('microphone').onchange = ({ target }) => call.useMicrophone(target.value || undefined);
element('speaker').onchange = ({ target }) => call.useSpeaker(target.value || undefined);
element('microphone').append(new Option('System default', ''));
element('speaker').append(new Option('System default', ''));
navigator.mediaDevices?.addEventListener('devicechange', () => running() && listDevices());
