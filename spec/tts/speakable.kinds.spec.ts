import fc from 'fast-check';
import { from, reduce } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { virtualTime } from '../../lib/testing/index.ts';
import { speakable, toSpeakable } from '../../lib/tts/speakable.ts';

type Case = readonly [written: string, said: string];

const addresses: readonly Case[] = [
  ['请访问：https://example.com/help，然后点击登录。谢谢！', '请访问：example.com，然后点击登录。谢谢！'],
  [
    '자세한 내용은 https://example.com/help에서 확인하세요. 감사합니다.',
    '자세한 내용은 example.com에서 확인하세요. 감사합니다.',
  ],
  ['Go to https://example.com/help,then sign in.', 'Go to example.com,then sign in.'],
  ['詳しくはhttps://example.com/へ。', '詳しくはexample.comへ。'],
  ['ไปที่ https://example.com/helpแล้วกด', 'ไปที่ example.comแล้วกด'],
  ['زوروا https://example.com/a، ثم', 'زوروا example.com، ثم'],
  ['देखें https://example.com/a। फिर', 'देखें example.com। फिर'],
  ['Bkz. https://example.com/a’dan alın', 'Bkz. example.com’dan alın'],
  ['Siehe https://de.wikipedia.org/wiki/Köln, dort.', 'Siehe de.wikipedia.org, dort.'],
  ['(see https://en.wikipedia.org/wiki/A_(b)) ok', '(see en.wikipedia.org) ok'],
  ['https://me:secret@example.com:8080/x ok', 'example.com ok'],
  [`https://example.com/${'a'.repeat(700)} then`, 'example.com then'],
  ['<john@x.com?subject=hi>', 'john@x.com'],
  ['<mailto:john@x.com> now', 'john@x.com now'],
  ['Write to mailto:john@x.com, please.', 'Write to john@x.com, please.'],
  ['Write to MAILTO:john.doe+a@x.co.uk?subject=hi%20there.', 'Write to john.doe+a@x.co.uk.'],
  ['mailto:bob@localhost or mailto: alone', 'bob@localhost or mailto: alone'],
  ['メールはmailto:a@x.jpへ', 'メールはa@x.jpへ'],
  ['(ftp://files.example.com/pub/a.zip) ok', '(files.example.com) ok'],
  ['mail me, my mailbox is at ma', 'mail me, my mailbox is at ma'],
  ['[docs][1] and [this][ref].\n[1]: https://example.com/a\nEnd', 'docs and this.\n\nEnd'],
  ['[![badge](https://a.b/i.png)](https://a.b) text', 'badge text'],
  [`![pic](data:image/png;base64,${'A'.repeat(900)}) text`, 'pic text'],
];

const hidden: readonly Case[] = [
  ['<think>secret.</think>Hello.', 'Hello.'],
  ['<thinking>secret.</thinking>Hello.', 'Hello.'],
  ['<think>secret.</thinking>Hello.', 'Hello.'],
  ['<reasoning>secret.</reasoning>Hello.', 'Hello.'],
  ['[THINK]secret.[/THINK]Hello.', 'Hello.'],
  ['◁think▷secret ◁ b.◁/think▷Hello ◁ you.', 'Hello ◁ you.'],
  ['<thought>secret</thought>Hello.', 'Hello.'],
  ['<reflection>secret</reflection>Hello.', 'Hello.'],
  ['<seed:think>secret</seed:think>Hello.', 'Hello.'],
  ['<inner_monologue>secret</inner_monologue>Hello.', 'Hello.'],
  ['<think>a</think><answer>Hello.</answer>', 'Hello.'],
  ['<|begin_of_thought|>secret<|end_of_thought|>Hello.', 'Hello.'],
  ['<|START_THINKING|>secret<|END_THINKING|><|START_RESPONSE|>Hello.<|END_RESPONSE|>', 'Hello.'],
  [
    '<|channel|>analysis<|message|>secret.<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>',
    'Hello.',
  ],
  ['<|channel|>analysis secret.<|end|>', ''],
  ['<|channel|>commentary<|message|>One moment.<|end|>', 'One moment.'],
  ['<|channel|>commentary to=functions.x <|constrain|>json<|message|>{"a":1}<|call|>', ''],
  ['<|channel>thought\nsecret<channel|>Hello.', 'Hello.'],
  ['◁think▷', ''],
  ['<function=time>{}</function>', ''],
  ['[TOOL_CALLS][{"name":"time","arguments":{}}]', ''],
  ['[TOOL_CALLS]time[ARGS]{"a": [1]}', ''],
  ['<tool_call>\n{"name": "time"}\n</tool_call>Done.', 'Done.'],
  ['<tool_call><function=x>\n<parameter=city>\nRome\n</parameter>\n</function></tool_call>Done.', 'Done.'],
  ['<minimax:tool_call><invoke name="x"></invoke></minimax:tool_call>Done.', 'Done.'],
  ['<function_calls><invoke name="x"></invoke></function_calls>Done.', 'Done.'],
  ['<TOOLCALL>[{"name": "x"}]</TOOLCALL>Done.', 'Done.'],
  ['<|python_tag|>time.call()<|eom_id|>', ''],
  ['<|tool_call|>[{"name": "x"}]<|/tool_call|>Done.', 'Done.'],
  [
    '<|tool_calls_section_begin|><|tool_call_begin|>f:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>Done.',
    'Done.',
  ],
  [
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>x\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>Done.',
    'Done.',
  ],
  ['<|tool_call>call:x{}<tool_call|>Done.', 'Done.'],
  ['<|action_start|><|plugin|>{}<|action_end|>Done.', 'Done.'],
  ['{"name": "get_weather", "parameters": {"city": "Rome"}}', ''],
  [' functools[{"name": "x", "arguments": {}}]'.trim(), ''],
  ['Hello.<|im_end|>', 'Hello.'],
  ['<|start_header_id|>assistant<|end_header_id|>Hello.<|eot_id|>', 'Hello.'],
  ['[INST]Hello.[/INST]</s>', 'Hello.'],
  ['<start_of_turn>', '<start_of_turn>'],
];

const marks: readonly Case[] = [
  ['Here you go: ```python\nprint(1)\n```\nNow run it.', 'Here you go: \nNow run it.'],
  ['Here you go: ```python\nprint(1)```\nNow run it.', 'Here you go: \nNow run it.'],
  ['1. Run ```sh\nnpm start\n```\n2. Open the page.', '1. Run \n2. Open the page.'],
  ['Here: ~~~python\nprint(1)\n~~~\nNow run it.', 'Here: \nNow run it.'],
  ['Run this:\n\n  ~~~\nls\n  ~~~\nDone.', 'Run this:\n\n\nDone.'],
  ['1. Run ~~~sh\nnpm start\n~~~\n2. Open it.', '1. Run \n2. Open it.'],
  ['So: ~~~\nls\n~~~\nDone.', 'So: \nDone.'],
  ['Hello~~~\nHow are you?', 'Hello\nHow are you?'],
  ['Bye ~~~ dear\nSee ~~~you\nsoon', 'Bye ~~~ dear\nSee you\nsoon'],
  ['Bye ~~~\nSee you.', 'Bye ~~~\nSee you.'],
  ['````md\n```js\n1\n```\n````\nAfter', '\nAfter'],
  ['**bold *nested* text**', 'bold nested text'],
  ['*a **b** c* and ***d* e** end', 'a b c and d e end'],
  ['**bold *both*** end', 'bold both end'],
  ['**A* search** wins', 'A* search wins'],
  ['Press "*" now.', 'Press "*" now.'],
  ['Press * now, or the * key.', 'Press * now, or the * key.'],
  ['Press *, then #.', 'Press *, then #.'],
  ["Press (*) or “*” or '*'.", "Press (*) or “*” or '*'."],
  ['Dial *100# or *#06#.', 'Dial *100# or *#06#.'],
  ['Dial *69 to call back.', 'Dial *69 to call back.'],
  ['Option [1], option [2].', 'Option 1, option 2.'],
  ['Press [1] or [2][3].', 'Press [1] or 2, 3.'],
  ['It opens at nine【4:0†hours.pdf】. Good【12†source】', 'It opens at nine. Good'],
  ['他说【1】好。', '他说【1】好。'],
  ['Press [1], or [2].', 'Press 1, or 2.'],
  ['Blue.[1][2] Also [3].', 'Blue. Also.'],
  ['As shown [3], it is [4]; yes [^1]. Right [5][6]!', 'As shown, it is; yes. Right!'],
  ['It opens at nine 【4:0†hours.pdf】. Great 😀! See 👋🏽, ok', 'It opens at nine. Great! See, ok'],
  ['Type <b>.</b>env here', 'Type .env here'],
  [
    'C#, F#, C++, 5 * 3, 5*3, a*b, 2*x, snake_case, #1, 50% & more',
    'C#, F#, C++, 5 * 3, 5*3, a*b, 2*x, snake_case, #1, 50% & more',
  ],
  ['A* search and 5* hotels, x**2', 'A* search and 5* hotels, x**2'],
  ['a < b > c, 3 <4, <3', 'a < b > c, 3 <4, <3'],
  ['Type <name> here, Array<string>', 'Type <name> here, Array<string>'],
  ['Use <tool> here and go on.', 'Use <tool> here and go on.'],
  ['Z&uuml;rich &eacute;t&eacute; &frac12; &copy; &#8364; &nbsp;x', 'Zürich été ½ © €  x'],
  ['| A | B |\n|---|---|\n| 1 | 2 |', 'A, B\n1, 2'],
  ['\\(x^2\\) and $E = mc^2$ and $$\\frac{1}{2} \\times 3$$.', 'x² and E = mc² and 1/2 × 3.'],
  ['It costs $5 and $10.', 'It costs $5 and $10.'],
  ['$5.99 a month, $USD, or $PATH', '$5.99 a month, $USD, or $PATH'],
  ['\\[ \\sqrt{16} = 4 \\]', '√16 = 4'],
  ['He said [sic] and [a, b].', 'He said [sic] and [a, b].'],
];

const all = [...addresses, ...hidden, ...marks];

const inPieces = (pieces: readonly string[]): string => {
  let said = '';
  from(pieces)
    .pipe(
      speakable(),
      reduce((text, piece) => text + piece, ''),
    )
    .subscribe(text => (said = text));
  return said;
};

describe('toSpeakable', () => {
  it.each(all)('should say %j as %j', (written, said) => {
    expect(toSpeakable(written)).toBe(said);
  });
});

describe('speakable', () => {
  it.each(all.filter(([written]) => written.length < 500))(
    'should say the same of %j however it is cut in two',
    written => {
      const whole = toSpeakable(written);
      for (let at = 0; at <= written.length; at++)
        expect(inPieces([written.slice(0, at), written.slice(at)])).toBe(whole);
      expect(inPieces(written.split(''))).toBe(whole);
    },
  );

  it('should say the same of any mix, however it is cut', () => {
    const parts = all.flatMap(([written]) =>
      written.match(/<[^>]*>?|\[[^\]]*\]?|[*_`~]+|[\p{L}\p{N}]+|./gsu)!,
    );
    const text = fc.array(fc.constantFrom(...new Set(parts)), { maxLength: 24 }).map(list => list.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 12 }), (written, cuts) => {
        const at = [0, ...cuts.map(cut => cut % (written.length + 1)), written.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, index) => written.slice(at[index], end));
        const whole = toSpeakable(written);
        expect(inPieces(pieces)).toBe(whole);
        expect(inPieces(written.split(''))).toBe(whole);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    '<',
    '[',
    '*',
    '`',
    '&',
    '![',
    '<b',
    '<think',
    '$x',
    '\\(',
    '[a',
    '{"name',
    'http',
    '|',
    '~~',
    '<|',
  ])('should not hold text back indefinitely behind %j', mark => {
    const { values } = virtualTime(() =>
      from(`So ${mark} ${'word '.repeat(100)}`.split('')).pipe(speakable()),
    );
    const said = values.map(({ value }) => value).join('');
    expect(said.length).toBeGreaterThan(480);
  });
});
