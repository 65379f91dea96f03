// How well and how fast the offline engines are, on recordings of real people, in real time:
//   npm run build && node bench/offline.js [folder with WAV files and a transcripts.json]
// STT_MODEL=base and ENDPOINTING_MS=700 change the set-up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { from, lastValueFrom, merge, of, share, tap } from 'rxjs';
import { setup, turnMetrics } from 'rxvoice';
import { level, paced, readWav, reframe, silence, toOutput } from 'rxvoice/audio';
import { wordErrors } from './wordErrors.js';

const folder = process.argv[2] ?? join(import.meta.dirname, '../spec/fixtures/speech');
const recordings = JSON.parse(readFileSync(join(folder, 'transcripts.json'), 'utf8'));
const model = process.env.STT_MODEL === 'base' ? 'base' : 'tiny';
const endpointingMs = Number(process.env.ENDPOINTING_MS ?? 500);

// A model that answers at once: the remaining time is the speech engines' and rxvoice's own.
/** @type {import('rxvoice').Llm} */
const llm = () => of({ type: 'token', text: 'I heard what you said. Thank you.' });
const voice = setup({ stt: { engine: 'local', model, endpointingMs }, llm, tts: { engine: 'local' } });
const held = voice.warm$.subscribe();

/** Where a clip's voice begins and ends by its loudness alone (8 % of its loudest 10 ms), ms. */
const voiceIn = clip => {
  const length = clip.sampleRate / 100;
  const levels = Array.from({ length: Math.floor(clip.pcm.length / length) }, (_, index) =>
    level({ ...clip, pcm: clip.pcm.subarray(index * length, (index + 1) * length) }),
  );
  const loud = Math.max(...levels) * 0.08;
  return {
    from: levels.findIndex(it => it > loud) * 10,
    to: (levels.findLastIndex(it => it > loud) + 1) * 10,
  };
};

const lead = 500;
const figures = {};
const note = (name, ms) => ms !== undefined && (figures[name] ??= []).push(ms);
const total = { errors: 0, words: 0, turns: 0, audioMs: 0 };
const cpu = process.cpuUsage();

for (const { file, text } of recordings) {
  const clip = readWav(readFileSync(join(folder, file)));
  const heard = [];
  let begun;
  let spokenAt;
  let noticedAt;
  const audio$ = from([silence(lead, clip.sampleRate), clip, silence(2_500, clip.sampleRate)]).pipe(
    reframe(),
    paced(),
    tap(() => (begun ??= performance.now())),
  );
  const call$ = voice.conversation$(audio$, toOutput({ write: () => undefined })).pipe(share());
  await lastValueFrom(
    merge(
      call$.pipe(
        turnMetrics({ clock: performance }),
        tap(turn => {
          for (const name of ['endpointing', 'sentence', 'tts', 'output', 'total']) note(name, turn[name]);
          note(
            'decided -> first audio',
            turn.total === undefined ? undefined : turn.total - turn.endpointing,
          );
        }),
      ),
      call$.pipe(
        tap(event => {
          if (event.type === 'user.said') heard.push(event.text);
          if (event.type === 'user.speaking') noticedAt ??= performance.now();
          if (event.type === 'bot.speaking' && event.sentence === 0) spokenAt = performance.now();
        }),
      ),
    ),
  );
  const { errors, words } = wordErrors(text, heard.join(' '));
  const loud = voiceIn(clip);
  note('by loudness: voice ended -> first audio', spokenAt - begun - lead - loud.to);
  note('by loudness: voice began -> noticed', noticedAt - begun - lead - loud.from);
  total.errors += errors;
  total.words += words;
  total.turns += heard.length;
  total.audioMs += (clip.pcm.length / clip.sampleRate) * 1000 + lead + 2_500;
  process.stderr.write(`${file}: ${errors} of ${words} words wrong, ${heard.length} turns\n`);
}
held.unsubscribe();

const used = process.cpuUsage(cpu);
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];
console.log(
  `Moonshine ${model}, endpointing ${endpointingMs} ms, ${recordings.length} recordings, in real time`,
);
console.log(
  `word error rate ${((100 * total.errors) / total.words).toFixed(1)} % (${total.errors} of ${total.words}), ` +
    `${total.turns} turns, ${((100 * (used.user + used.system)) / 1000 / total.audioMs).toFixed(1)} % of a core`,
);
for (const [name, values] of Object.entries(figures)) {
  const [p50, p95, most] = [0.5, 0.95, 1].map(share =>
    String(Math.round(percentile(values, share))).padStart(5),
  );
  console.log(`${name.padEnd(42)} p50 ${p50}   p95 ${p95}   max ${most} ms   (${values.length})`);
}
