// A voice bot as one would write it by hand with `ws` and `fetch`, and nothing else: the floor that rxvoice is measured
// against. It does the necessary minimum: no retries, no history, no clean-up of markdown, one sentence rule.
import WebSocket from 'ws';

/**
 * Has a call with Deepgram (Nova and Aura) and OpenAI.
 *
 * @param {{
 *   deepgram: string, openai: string, endpointingMs: number, sampleRate?: number,
 *   onAudio: (audio: Buffer) => void, onSilence?: () => void, onTurn?: (text: string) => void,
 * }} options
 */
export async function handWrittenCall({
  deepgram,
  openai,
  endpointingMs,
  sampleRate = 16_000,
  onAudio,
  onSilence,
  onTurn,
}) {
  const headers = { authorization: 'Token none' };
  const base = deepgram.replace(/^http/u, 'ws');
  const listen = `model=nova-3&encoding=linear16&sample_rate=${sampleRate}&interim_results=true&vad_events=true&endpointing=${endpointingMs}&utterance_end_ms=1000`;
  const stt = new WebSocket(`${base}/v1/listen?${listen}`, { headers, perMessageDeflate: false });
  const tts = new WebSocket(
    `${base}/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=${sampleRate}`,
    { headers, perMessageDeflate: false },
  );
  await Promise.all(
    [stt, tts].map(
      socket => new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)),
    ),
  );

  let said = '';
  let request;
  let speaking = false;
  let clearing = false;

  const answer = async text => {
    const controller = (request = new AbortController());
    const response = await fetch(`${openai}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
      body: JSON.stringify({ model: 'any', stream: true, messages: [{ role: 'user', content: text }] }),
      signal: controller.signal,
    });
    const decoder = new TextDecoder();
    let rest = '';
    let sentence = '';
    const flush = () => {
      if (!/\w/u.test(sentence)) return;
      speaking = true;
      tts.send(JSON.stringify({ type: 'Speak', text: sentence }));
      tts.send('{"type":"Flush"}');
      sentence = '';
    };
    for await (const bytes of response.body) {
      rest += decoder.decode(bytes, { stream: true });
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const [, data] = /^data: (\{.*)$/mu.exec(rest.slice(0, end)) ?? [];
        rest = rest.slice(end + 2);
        if (data === undefined) continue;
        sentence += JSON.parse(data).choices[0]?.delta?.content ?? '';
        if (/[.!?]\s*$/u.test(sentence)) flush();
      }
    }
    flush();
  };

  const interrupt = () => {
    request?.abort();
    if (!speaking) return;
    speaking = false;
    clearing = true;
    tts.send('{"type":"Clear"}');
    onSilence?.();
  };

  stt.on('message', data => {
    const message = JSON.parse(data.toString());
    if (message.type === 'SpeechStarted') interrupt();
    if (message.type !== 'Results' || !message.is_final) return;
    said = `${said} ${message.channel.alternatives[0].transcript}`.trim();
    if (!message.speech_final || said === '') return;
    onTurn?.(said);
    answer(said).catch(error => {
      if (error.name !== 'AbortError') throw error;
    });
    said = '';
  });
  tts.on('message', (data, isBinary) => {
    if (isBinary) {
      if (!clearing) onAudio(data);
    } else if (JSON.parse(data.toString()).type === 'Cleared') clearing = false;
  });

  return {
    /** @param {Uint8Array} bytes */
    hear: bytes => stt.send(bytes),
    close: () => {
      request?.abort();
      stt.close();
      tts.close();
    },
  };
}
