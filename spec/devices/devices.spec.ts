import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EMPTY,
  filter,
  firstValueFrom,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  type Observable,
  share,
  skipWhile,
  switchMap,
  take,
  takeWhile,
  tap,
  toArray,
} from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { frameMs, level, paced, readWav, reframe } from '../../lib/audio/index.ts';
import { audioDevices, microphone, speaker } from '../../lib/devices/index.ts';
import { type AudioFrame, conversation, ofType, type Stage } from '../../lib/index.ts';
import type { Noticing } from '../../lib/operators.ts';
import { hostsOf, noHosts } from './hosts.ts';
import { backends, heardShare, leftOut, onSoundCard, theSoundCard } from './soundCard.ts';

const root = join(import.meta.dirname, '../..');
const clip = readWav(readFileSync(join(root, 'cli/demo/clips/hello.wav')));

const warnings = ({ notice$ }: Noticing): Observable<string> =>
  notice$!.pipe(
    ofType('warning'),
    map(({ message }) => message),
  );
const warned = (part: Noticing, what: RegExp): Promise<string> =>
  firstValueFrom(warnings(part).pipe(filter(message => what.test(message))));

/** From a loss to its warning takes 1.3 s at most; a busy machine may take longer to get round to it, ms. */
const soon = 3_000;

/** Of 150 pieces of a clip all are heard; on a machine that is busy otherwise a few gaps may be in them. */
const most = 0.9;

/** It is real time, and takes its time. */
const it = (name: string, run: () => Promise<void>): void => test(name, { timeout: 30_000, retry: 1 }, run);

describe.skipIf(leftOut).each(backends)(onSoundCard('the sound card, by %s'), backend => {
  const sound = theSoundCard();

  it('should be found, with its devices', async () => {
    const { devices } = await lastValueFrom(audioDevices({ backend }));
    expect(devices.filter(({ isDefault }) => isDefault).length).toBeGreaterThan(0);
    const names = (wanted: string): string[] =>
      devices.flatMap(({ kind, name }) => (kind === wanted ? [name] : []));
    expect(names('microphone').some(name => name.startsWith('rxvoice_mic'))).toBe(true);
    expect(names('speaker')).toContain('rxvoice_speaker');
  });

  it('should hear what is said, sample by sample, in frames of 20 ms', async () => {
    const frame$ = microphone({ device: 'rxvoice_mic', backend }).pipe(share());
    const said$ = frame$.pipe(
      take(1),
      switchMap(() => sound.card.say(clip)),
    );
    const frames = await lastValueFrom(merge(frame$, said$).pipe(take(frameMs(clip) / 20 + 50), toArray()));
    const kinds = new Set(frames.map(({ pcm, sampleRate }) => `${pcm.length} at ${sampleRate}`));
    expect([...kinds]).toEqual(['320 at 16000']);
    expect(heardShare(clip, frames)).toBeGreaterThan(most);
    await noHosts();
  });

  it('should be heard as it was handed over, and report how much was heard', async () => {
    const output = speaker({ device: 'rxvoice_speaker', sampleRate: 16_000, backend });
    const heard: AudioFrame[] = [];
    const listening = sound.card.heard$.subscribe(frame => heard.push(frame));
    const played: number[] = [];
    const reply$ = output(from([clip]).pipe(reframe()));
    await lastValueFrom(reply$.pipe(tap(({ playedMs }) => played.push(playedMs))));
    // All of it was heard, but its report may still be on its way to this process.
    await firstValueFrom(sound.card.heard$);
    listening.unsubscribe();
    expect(heardShare(clip, heard)).toBeGreaterThan(most);
    expect(played).toEqual([...played].sort((a, b) => a - b));
    expect(played.length).toBeGreaterThan(100);
    expect(played.at(-1)).toBeCloseTo(frameMs(clip), 0);
    await noHosts();
  });

  it('should be silent at once when a reply is cut, and speak again right after', async () => {
    const output = speaker({ device: 'rxvoice_speaker', sampleRate: 16_000, backend });
    const held = output.warm$.subscribe();
    const loud = { pcm: new Int16Array(16_000 * 5).map((_, index) => (index % 40 < 20 ? 9_000 : -9_000)) };
    const reply$ = output(from([{ ...loud, sampleRate: 16_000 }]).pipe(reframe(), paced({ leadMs: 200 })));
    const heard: AudioFrame[] = [];
    let cutAt: number | undefined;
    const listening = sound.card.heard$.pipe(reframe(10)).subscribe(frame => heard.push(frame));
    await lastValueFrom(
      reply$.pipe(
        takeWhile(({ playedMs }) => playedMs < 600),
        tap({ finalize: () => (cutAt = heard.length) }),
      ),
    );
    await firstValueFrom(from(sound.card.heard$).pipe(take(1)));
    // A second reply on the device that was opened again.
    await lastValueFrom(output(from([clip]).pipe(reframe())));
    await firstValueFrom(sound.card.heard$);
    listening.unsubscribe();
    held.unsubscribe();
    const after = heard.slice(cutAt);
    const tail = after.findIndex(frame => level(frame) < 0.2);
    // 10 ms each: the audio in the air and in the recorder when it was cut. Without the cut it would be 200 ms and
    // more.
    expect(tail).toBeLessThan(8);
    expect(heardShare(clip, after.slice(tail))).toBeGreaterThan(most);
    await noHosts();
  });

  it('should report when the microphone is lost, give silence, and go on when it is back', async () => {
    const input$ = microphone({ device: 'rxvoice_mic', backend });
    const frames: AudioFrame[] = [];
    const frame$ = input$.pipe(
      tap(frame => frames.push(frame)),
      share(),
    );
    const held = frame$.subscribe();
    await firstValueFrom(frame$);
    const gone = warned(input$, /microphone was lost/u);
    const back = warned(input$, /microphone is back: rxvoice_mic/u);
    await sound.card.unplug();
    const unpluggedAt = performance.now();
    await gone;
    expect(performance.now() - unpluggedAt).toBeLessThan(soon);
    frames.length = 0;
    await firstValueFrom(frame$.pipe(take(1)));
    expect(frames.every(({ pcm }) => pcm.length === 320 && pcm.every(sample => sample === 0))).toBe(true);
    await sound.card.plug();
    await back;
    frames.length = 0;
    await lastValueFrom(sound.card.say(clip), { defaultValue: undefined });
    await lastValueFrom(frame$.pipe(take(25)));
    held.unsubscribe();
    expect(heardShare(clip, frames)).toBeGreaterThan(most);
    await noHosts();
  });

  it('should report when the loudspeaker is lost, and say what was not heard when it is back', async () => {
    const output = speaker({ device: 'rxvoice_speaker', sampleRate: 16_000, backend });
    const gone = warned(output, /loudspeaker was lost/u);
    const back = warned(output, /loudspeaker is back/u);
    let playedMs = 0;
    const reply$ = output(from([clip]).pipe(reframe(), paced({ leadMs: 200 }))).pipe(
      tap(playback => ({ playedMs } = playback)),
      share(),
    );
    const spoken = lastValueFrom(reply$);
    await firstValueFrom(reply$.pipe(skipWhile(() => playedMs < 1_000)));
    await sound.card.unplug();
    const unpluggedAt = performance.now();
    await gone;
    expect(performance.now() - unpluggedAt).toBeLessThan(soon);
    expect(playedMs).toBeLessThan(1_400);
    await sound.card.plug();
    const heard: AudioFrame[] = [];
    const listening = sound.card.heard$.subscribe(frame => heard.push(frame));
    await back;
    await spoken;
    await firstValueFrom(sound.card.heard$);
    listening.unsubscribe();
    expect(playedMs).toBeCloseTo(frameMs(clip), 0);
    const rest = clip.pcm.subarray(16 * 1_500);
    expect(heardShare({ ...clip, pcm: rest }, heard)).toBeGreaterThan(most);
    await noHosts();
  });

  it('should report when a microphone stalls, and close it at once', async () => {
    const input$ = microphone({ device: 'rxvoice_pipe', backend });
    const gone = warned(input$, /microphone was lost \(it gives no sign of life\)/u);
    const listening = input$.subscribe();
    await gone;
    listening.unsubscribe();
    const closedAt = performance.now();
    await noHosts();
    expect(performance.now() - closedAt).toBeLessThan(1_000);
  });
});

describe.skipIf(leftOut)(onSoundCard('devices that fail'), () => {
  const sound = theSoundCard();

  it('should be reached by the next backend when one does not have them', async () => {
    // Only the system's own recorder knows PulseAudio's names.
    const frame = await firstValueFrom(microphone({ device: 'rxvoice_mic.monitor' }));
    expect(frame.pcm).toHaveLength(320);
  });

  it('should be reported to the call, which goes on when they are back', async () => {
    const call$ = conversation({
      stt: frame$ => frame$.pipe(ignoreElements()),
      llm: () => EMPTY,
      tts: () => EMPTY,
    })(microphone(), speaker()).pipe(share());
    const warnedOf = (stage: Stage, what: RegExp): Promise<unknown> =>
      firstValueFrom(
        call$.pipe(
          ofType('call.warning'),
          filter(warning => warning.stage === stage && what.test(warning.message)),
        ),
      );
    const placed = call$.subscribe();
    await firstValueFrom(call$.pipe(filter(({ type }) => type === 'call.ready')));
    // There is no speaker, so that this shows that it is open.
    await warnedOf('input', /gives no sound at all/u);
    const lost = Promise.all([warnedOf('input', /was lost/u), warnedOf('output', /was lost/u)]);
    await sound.card.unplug();
    await lost;
    const back = Promise.all([warnedOf('input', /is back/u), warnedOf('output', /is back/u)]);
    await sound.card.plug();
    await back;
    placed.unsubscribe();
    await noHosts();
  });

  it('should be reported, when a reply waits for a loudspeaker that does not come back', async () => {
    const output = speaker({ device: 'rxvoice_speaker', sampleRate: 16_000 });
    const held = output.warm$.subscribe();
    await firstValueFrom(output.warm$.pipe(filter(({ progress }) => progress === 1)));
    const gone = warned(output, /loudspeaker was lost/u);
    await sound.card.unplug();
    await gone;
    await expect(lastValueFrom(output(from([clip]).pipe(reframe())))).rejects.toMatchObject({
      stage: 'output',
      retryable: true,
    });
    await sound.card.plug();
    await warned(output, /loudspeaker is back/u);
    await lastValueFrom(output(from([clip]).pipe(reframe())));
    held.unsubscribe();
    await noHosts();
  });
});

describe.skipIf(leftOut)(onSoundCard('a program with a microphone and a loudspeaker'), () => {
  const sound = theSoundCard();

  afterEach(async () => {
    await sound.card.plug();
    process.kill(sound.card.pid, 'SIGCONT');
  });

  /** Opens both, reports it, and closes them on request. */
  const program = `
    import { microphone, speaker } from ${JSON.stringify(join(root, 'dist/lib/devices/index.js'))};
    const output = speaker();
    const input$ = microphone();
    const open = new Set();
    const opened = part => open.size < 2 && open.add(part).size === 2 && process.stdout.write('open');
    const held = output.warm$.subscribe(({ progress }) => progress === 1 && opened(output));
    const heard = input$.subscribe(() => opened(input$));
    for (const part of [output, input$]) part.notice$.subscribe(() => process.stdout.write('lost'));
    process.stdin.once('data', () => {
      held.unsubscribe();
      heard.unsubscribe();
      process.stdin.unref();
    });
  `;
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  };

  it('should end by itself when both are closed', async () => {
    const child = await start();
    child.stdin!.write('close');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('should end by itself after the sound server was killed', async () => {
    const child = await start();
    await sound.card.unplug();
    await once(child.stdout!, 'data');
    child.stdin!.write('close');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('should end by itself while the sound server hangs', async () => {
    const child = await start();
    process.kill(sound.card.pid, 'SIGSTOP');
    await once(child.stdout!, 'data');
    child.stdin!.write('close');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('should take its hosts with it, however it ends', async () => {
    const child = await start();
    const hosts = hostsOf(child.pid!);
    expect(hosts.length).toBeGreaterThanOrEqual(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await noHosts(hosts);
  });
});
