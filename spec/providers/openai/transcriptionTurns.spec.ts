import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../../../lib/audio/frame.ts';
import {
  TranscriptionTurns,
  type TranscriptionTurnsOptions,
} from '../../../lib/providers/openai/transcriptionTurns.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';

const frame = (loudness: number): AudioFrame => ({
  pcm: Int16Array.from({ length: 480 }, (_, index) => loudness * Math.sin(index / 5)),
  sampleRate: 24_000,
});

/** A call of a transcription session, step by step. */
class Call {
  readonly events: SttEvent[] = [];
  commits: number[] = [];
  forgotten: number[] = [];
  atMs = 0;
  readonly turns: TranscriptionTurns;

  constructor(options: Partial<TranscriptionTurnsOptions> = {}) {
    this.turns = new TranscriptionTurns({
      by: 'local',
      endpointingMs: 300,
      paddingMs: 300,
      silenceMs: 1_500,
      maxMs: 20_000,
      timeoutMs: 5_000,
      finalize: () => this.commits.push(this.atMs),
      forget: () => this.forgotten.push(this.atMs),
      ...options,
    });
  }

  audio(ms: number, loudness = 0): this {
    for (let sent = 0; sent < ms; sent += 20) {
      this.atMs += 20;
      this.events.push(...this.turns.sent(frame(loudness), this.atMs));
    }
    return this;
  }

  voice(ms: number): this {
    return this.audio(ms, 8_000);
  }

  hear(type: string, fields: object = {}): this {
    this.events.push(...this.turns.hear({ type, ...fields }, seconds => seconds * 1000));
    return this;
  }

  delta(item_id: string, delta: string): this {
    return this.hear('conversation.item.input_audio_transcription.delta', { item_id, delta });
  }

  committed(item_id: string): this {
    return this.hear('input_audio_buffer.committed', { item_id });
  }

  completed(item_id: string, transcript: string): this {
    return this.hear('conversation.item.input_audio_transcription.completed', { item_id, transcript });
  }

  finish(): this {
    this.events.push(...this.turns.finish());
    return this;
  }

  /** The events so far in short. */
  get told(): string[] {
    return this.events.map(event => {
      switch (event.type) {
        case 'speechStart':
          return `start ${event.at}`;
        case 'interim':
          return `interim ${event.text}`;
        case 'final':
          return `final ${event.text} ${event.end}`;
        case 'utteranceEnd':
          return `end ${event.end}${event.decided ? ' decided' : ''}`;
        default:
          return event.type;
      }
    });
  }
}

describe('TranscriptionTurns, where the client ends turns', () => {
  it('should commit a voice that has ended, and end the turn with its transcript', () => {
    const call = new Call()
      .audio(500)
      .voice(400)
      .delta('a', 'What')
      .voice(600)
      .delta('a', ' time?')
      .audio(400);
    expect(call.commits).toEqual([1_800]);
    call.committed('a').completed('a', 'What time?');
    expect(call.told).toEqual([
      'start 500',
      'interim What',
      'interim What time?',
      'final What time? 1500',
      'end 1500',
    ]);
    expect([call.turns.isOpen, call.turns.settledMs]).toEqual([false, 1_800]);
  });

  it('should make one turn of a voice that goes on before its transcript came', () => {
    const call = new Call().voice(600).delta('a', 'I').audio(400).committed('a').voice(500);
    call
      .completed('a', 'I mean')
      .delta('b', ' that')
      .audio(400)
      .committed('b')
      .completed('b', 'that it is late.');
    expect(call.commits).toHaveLength(2);
    expect(call.told).toEqual([
      'start 0',
      'interim I',
      'final I mean 600',
      'interim that',
      'final that it is late. 1500',
      'end 1500',
    ]);
  });

  it('should report items in their order, whichever is complete first', () => {
    const call = new Call().voice(600).audio(400).committed('a').voice(600).audio(400).committed('b');
    call.completed('b', 'Two.');
    expect(call.told).toEqual(['start 0']);
    call.completed('a', 'One.');
    expect(call.told).toEqual(['start 0', 'final One. 600', 'final Two. 1600', 'end 1600']);
  });

  it('should end a turn without words as a noise', () => {
    const call = new Call().voice(200).audio(400).committed('a').completed('a', '');
    expect(call.told).toEqual(['start 0', 'end 200']);
  });

  it('should hear words that are too faint for its detector, and commit after the last of them', () => {
    const call = new Call().audio(2_000).delta('a', 'Psst,').audio(500).delta('a', ' hello.').audio(1_500);
    expect(call.commits).toEqual([4_000]);
    call.committed('a').completed('a', 'Psst, hello.');
    expect(call.told).toEqual([
      'start 1000',
      'interim Psst,',
      'interim Psst, hello.',
      'final Psst, hello. 2500',
      'end 2500',
    ]);
  });

  it('should end a turn in lasting noise, after its last word', () => {
    const call = new Call().voice(800).delta('a', 'Hello.').voice(2_000);
    expect(call.commits).toEqual([2_300]);
    call.committed('a').completed('a', 'Hello.');
    expect(call.told.at(-1)).toBe('end 800');
    expect(call.turns.isOpen).toBe(false);
  });

  it('should divide a long turn where its voice is faint, else at its longest, and go on with it', () => {
    const call = new Call({ maxMs: 5_000 });
    const words = (item: string, ms: number): void => {
      for (let passed = 0; passed < ms; passed += 500) call.voice(500).delta(item, ' so');
    };
    words('a', 4_500);
    call.audio(60);
    expect(call.commits).toEqual([4_520]);
    call.committed('a').completed('a', 'Part one');
    words('b', 5_500);
    expect(call.commits).toHaveLength(2);
    call.committed('b').completed('b', 'part two');
    call.voice(100).delta('c', ' end.').audio(400).committed('c').completed('c', 'the end.');
    expect(
      call.told.filter(line => !line.startsWith('interim')).map(line => line.replace(/ \d+$/u, '')),
    ).toEqual(['start', 'final Part one', 'final part two', 'final the end.', 'end']);
  });

  it('should finish with the words so far, and leave out the transcript that comes later', () => {
    const call = new Call().voice(600).delta('a', 'Stop').audio(400).finish();
    expect(call.told.slice(-2)).toEqual(['final Stop 600', 'end 600']);
    call.committed('a').completed('a', 'Stop that.').voice(600).delta('b', 'Next').audio(400).committed('b');
    call.completed('b', 'Next.');
    expect(call.told.slice(4)).toEqual(['start 1000', 'interim Next', 'final Next. 1600', 'end 1600']);
  });

  it('should go on with the rest of an item that was reported in its middle', () => {
    const call = new Call()
      .voice(600)
      .delta('a', 'One two')
      .finish()
      .voice(400)
      .delta('a', ' three.')
      .audio(400);
    expect(call.commits).toEqual([1_300]);
    call.committed('a').completed('a', 'One two three.');
    expect(call.told).toEqual([
      'start 0',
      'interim One two',
      'final One two 600',
      'end 600',
      'start 600',
      'interim three.',
      'final three. 1000',
      'end 1000',
    ]);
  });

  it('should use the words so far where a transcription failed', () => {
    const call = new Call().voice(600).delta('a', 'Hello').audio(400).committed('a');
    call.hear('conversation.item.input_audio_transcription.failed', { item_id: 'a' });
    expect(call.told.slice(-2)).toEqual(['final Hello 600', 'end 600']);
  });

  it('should end a turn of which nothing was left to commit', () => {
    const call = new Call().voice(200).audio(400);
    call.hear('error', { error: { code: 'input_audio_buffer_commit_empty' } });
    expect(call.told).toEqual(['start 0', 'end 200']);
  });

  it('should hear the audio that was not settled again when the connection is another', () => {
    const call = new Call().voice(600).delta('a', 'Hel');
    call.events.push(...call.turns.reconnected());
    expect(call.turns.settledMs).toBe(0);
    call.atMs = 0;
    call.voice(800).delta('x', 'Hello.').audio(400).committed('x').completed('x', 'Hello.');
    expect(call.told).toEqual(['start 0', 'interim Hel', 'interim Hello.', 'final Hello. 800', 'end 800']);
  });

  it('should settle silence, and have the service forget it every 20 s', () => {
    const call = new Call().audio(45_000);
    expect(call.turns.settledMs).toBe(44_000);
    expect(call.forgotten).toEqual([20_000, 40_000]);
    expect([call.commits, call.told]).toEqual([[], []]);
  });

  it('should commit at the end of the audio what may have words in it, and nothing else', () => {
    const silent = new Call().audio(2_000);
    silent.turns.ending();
    expect(silent.commits).toEqual([]);
    const call = new Call().voice(600).delta('a', 'Hello.');
    call.turns.ending();
    call.committed('a').completed('a', 'Hello.');
    expect(call.commits).toEqual([600]);
    expect(call.told.slice(-2)).toEqual(['final Hello. 600', 'end 600']);
  });
});

describe('TranscriptionTurns, where the service ends turns', () => {
  const turn = (call: Call, id: string, startMs: number, endMs: number): Call =>
    call
      .hear('input_audio_buffer.speech_started', { item_id: id, audio_start_ms: startMs })
      .hear('input_audio_buffer.speech_stopped', { item_id: id, audio_end_ms: endMs })
      .committed(id);

  it('should place a voice without the padding before it and the silence after it', () => {
    const call = new Call({ by: 'server' }).audio(500).voice(1_000).audio(400);
    turn(call, 'a', 200, 1_800).delta('a', 'What time?').completed('a', 'What time?');
    expect(call.told).toEqual(['start 500', 'interim What time?', 'final What time? 1500', 'end 1500']);
    expect(call.commits).toEqual([]);
  });

  it('should make one turn of a voice that goes on before its transcript came', () => {
    const call = new Call({ by: 'server' }).voice(3_000);
    turn(call, 'a', 0, 900).hear('input_audio_buffer.speech_started', { item_id: 'b', audio_start_ms: 800 });
    call.completed('a', 'One');
    call.hear('input_audio_buffer.speech_stopped', { item_id: 'b', audio_end_ms: 2_300 }).committed('b');
    call.completed('b', 'two.');
    expect(call.told).toEqual(['start 300', 'final One 600', 'final two. 2000', 'end 2000']);
  });

  it('should be decided by meaning, and place its end where the voice ended', () => {
    const call = new Call({ by: 'semantic' }).audio(500).voice(1_000).audio(2_000);
    turn(call, 'a', 200, 3_400).completed('a', 'I see.');
    expect(call.told).toEqual(['start 500', 'final I see. 1500', 'end 1500 decided']);
  });

  it('should owe an answer to a voice that ended some time ago, but none while it goes on', () => {
    const call = new Call({ by: 'server' }).voice(8_000);
    expect(call.turns.owes).toBeUndefined();
    call.hear('input_audio_buffer.speech_started', { item_id: 'a', audio_start_ms: 0 }).voice(8_000);
    expect(call.turns.owes).toBe('nothing');
    call.audio(6_000);
    expect(call.turns.owes).toBe('nothing'); // the voice was answered by its beginning
    call.voice(500).audio(2_000);
    expect(call.turns.owes).toBe('nothing');
    call.audio(4_000);
    expect(call.turns.owes).toBe('answer');
  });
});
