import { drop, type Place, type Rule, type Skipping, type Step } from './rule.ts';

// Text of open models that is meant for programs: reasoning, tool calls, marks of chat templates. Sources: the chat
// templates and parsers of DeepSeek, Qwen, Llama, Mistral, Gemma, GLM, Kimi, MiniMax, Seed, Command, Granite, Phi,
// Nemotron, InternLM and gpt-oss (harmony).

/** Parts of a tag's name that are unlike anything a person writes in angle brackets. */
const surelyHidden =
  /^(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|monologue|cot|(?:tool|function)_?(?:calls?|use|code|responses?|results?|outputs?)|toolcalls?|invoke|antml)$/iu;
/** Names that are hidden where they begin a line or have a value. */
const hiddenAtStart =
  /^(?:tools?|functions?|analysis|reason|rationale|internal|parameters?|action|observation|plan|planning)$/iu;

const tagStart = /^<(\/?)([a-z][\w-]*(?::[\w-]+)?)((?:=|\s)[^<>\n]{0,200})?>/iu;

const partsOf = (name: string): readonly string[] => [name, ...name.split(/[_:-]/u), ...name.split(/[:-]/u)];

/** `<think>…</think>`, `<tool_call>…</tool_call>`, `<function=name>…</function>` and their like. */
export const hiddenTag: Rule = (text, place, final) => {
  if (!text.startsWith('<')) return undefined;
  const [whole, slash, name = '', attributes = ''] = tagStart.exec(text) ?? [];
  if (whole === undefined) {
    const begun = /^<\/?(?:[a-z][\w-]*(?::[\w-]*)?)?(?:(?:=|\s)[^<>\n]{0,200})?$/iu.exec(text);
    if (begun === null || final) return undefined;
    const started = /^<\/?([a-z][\w:-]*)?/iu.exec(text)?.[1] ?? '';
    const ended = /^<\/?[a-z][\w:-]*[=\s]/iu.test(text);
    if (started.length > 40) return undefined;
    return !ended || isHidden(started, place, text) ? 'wait' : undefined;
  }
  if (!isHidden(name, place, attributes)) return undefined;
  if (slash === '/' || whole.endsWith('/>')) return drop(whole.length, place.lineStart);
  const names = /^think(?:ing)?$/iu.test(name) ? 'think(?:ing)?' : name.replace(/[^\w:-]/gu, '');
  return skip(place, whole.length, { end: new RegExp(`</${names}\\s{0,5}>`, 'iu'), reach: 60 });
};

const isHidden = (name: string, place: Place, attributes: string): boolean =>
  partsOf(name).some(part => surelyHidden.test(part)) ||
  (partsOf(name).some(part => hiddenAtStart.test(part)) && (place.lineStart || attributes.includes('=')));

const skip = (place: Place, length: number, skipping: Skipping): Step => {
  place.skipping = skipping;
  return drop(length, place.lineStart);
};

const token = /^<[|｜]?(\/?[\w▁:/. -]{1,40}?)[|｜]?>/u;
const isToken = (whole: string): boolean => /^<[|｜]|[|｜]>$/u.test(whole);
const opensCalls = /(?:tool|function|action|call|plugin|python_tag|think|thought|reason)/iu;
const ends = /(?:^\/|^end|[_▁]end|_end$|end_|END|^eo[tms]|response)/u;
/** Hides everything in a harmony message except the answer. */
const nextMessage: Skipping = { end: /<\|(?:end|call|return|start|channel)\|>/u, reach: 20, keepsEnd: true };

/** `<|channel|>analysis<|message|>…`, `<|tool_calls_section_begin|>…`, `<|im_end|>` and the like. */
export const chatToken: Rule = (text, place, final) => {
  if (!/^<(?:[|｜]|[\w▁/]{1,30}\|?>?$|[\w▁/]{1,30}\|>)/u.test(text)) return undefined;
  const [whole, name = ''] = token.exec(text) ?? [];
  if (whole === undefined)
    return /^<(?:[|｜][\w▁:/. -]{0,40}[|｜]?|[\w▁/]{1,30}\|)$/u.test(text) && !final ? 'wait' : undefined;
  if (!isToken(whole)) return undefined;
  if (name === 'channel') return channel(text, whole, place, final);
  if (/^start(?:_header_id)?$/u.test(name)) return header(text, whole, place, final);
  if (/^python_tag$/u.test(name))
    return skip(place, whole.length, { end: /<\|e(?:om|ot)_id\|>/u, reach: 20 });
  if (!opensCalls.test(name) || ends.test(name) || (/[|｜]>$/u.test(whole) && !/^<[|｜]/u.test(whole)))
    return drop(whole.length, place.lineStart);
  return skip(place, whole.length, { end: endOf(whole, name), reach: 80 });
};

/** The end of a part that begins with a token: the same with "end" for "begin" or "start", or a slash. */
function endOf(whole: string, name: string): RegExp {
  const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  if (!/^<[|｜]/u.test(whole) || !/[|｜]>$/u.test(whole)) return new RegExp(`<${quoted(name)}\\|>`, 'u');
  const ending = name
    .replace(/begin_of/u, 'end_of')
    .replace(/begin$/u, 'end')
    .replace(/start$/u, 'end')
    .replace(/^START/u, 'END')
    .replace(/^begin/u, 'end');
  const same = ending === name ? `/${quoted(name)}|end_?${quoted(name)}` : quoted(ending);
  return new RegExp(`<[|｜](?:${same}|eot_id|eom_id|im_end|end)[|｜]>|</[|｜]?${quoted(name)}[|｜]?>`, 'u');
}

/** A channel of gpt-oss or Gemma: `final` is spoken, and so is `commentary` without a recipient. */
function channel(text: string, whole: string, place: Place, final: boolean): Step | 'wait' | undefined {
  const rest = text.slice(whole.length);
  if (!whole.endsWith('|>')) return skip(place, whole.length, { end: /<channel\|>/u, reach: 12 });
  const [head] = /^[^<\n]{0,120}(?:<\|constrain\|>[^<\n]{0,40})?<\|message\|>/u.exec(rest) ?? [];
  if (
    head === undefined &&
    /^[^<\n]{0,120}(?:<(?:\|[\w|]{0,12})?>?[^<\n]{0,40}(?:<[|\w]{0,10})?)?$/u.test(rest) &&
    !final
  )
    return 'wait';
  if (
    /^\s*(?:final|response|answer)/u.test(rest) ||
    (/^\s*commentary/u.test(rest) && !/\bto=/u.test(head ?? rest))
  )
    return drop(whole.length + (head ?? /^\s*\w+\s?/u.exec(rest)![0]).length, place.lineStart);
  return skip(place, whole.length, nextMessage);
}

/** The role of a message, which stands between tokens. */
function header(text: string, whole: string, place: Place, final: boolean): Step | 'wait' | undefined {
  const rest = text.slice(whole.length);
  const [role] = /^[\w .=]{0,60}(?=<)/u.exec(rest) ?? [];
  if (role === undefined && /^[\w .=]{0,60}$/u.test(rest) && !final) return 'wait';
  return drop(whole.length + (role ?? '').length, place.lineStart);
}

/** `[THINK]…[/THINK]`, `[TOOL_CALLS]…`, `[INST]`: the marks of Mistral's templates. */
export const bracketToken: Rule = (text, place, final) => {
  if (!text.startsWith('[')) return undefined;
  const [whole, name = ''] =
    /^\[(\/?(?:THINK|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|AVAILABLE_TOOLS|INST|SYSTEM_PROMPT|ARGS|CALL_ID))\]/u.exec(
      text,
    ) ?? [];
  if (whole === undefined) return /^\[\/?[A-Z_]{0,16}$/u.test(text) && !final ? 'wait' : undefined;
  if (name === 'TOOL_CALLS')
    return skip(place, whole.length, { end: /[\]}](?=[ \t]{0,20}\n\s{0,20}[^\s\]},"])/u, reach: 60 });
  if (/^(?:THINK|TOOL_RESULTS|AVAILABLE_TOOLS|SYSTEM_PROMPT)$/u.test(name))
    return skip(place, whole.length, { end: new RegExp(`\\[/${name}\\]`, 'u'), reach: 20 });
  return drop(whole.length, place.lineStart);
};

/** `◁think▷…◁/think▷`: the reasoning of Kimi-VL. */
export const reasoningMark: Rule = (text, place, final) => {
  if (!text.startsWith('◁')) return undefined;
  const [mark] = /^◁\/?think▷/u.exec(text) ?? [];
  if (mark === undefined)
    return ['◁think▷', '◁/think▷'].some(whole => whole.startsWith(text)) && !final ? 'wait' : undefined;
  return mark.includes('/')
    ? drop(mark.length, place.lineStart)
    : skip(place, mark.length, { end: /◁\/think▷/u, reach: 10 });
};

/** A call without any tag: `{"name": "time", "arguments": {}}` or `functools[{…}]`, alone in its lines. */
export const bareCall: Rule = (text, place, final) => {
  if (!place.lineStart || !/^(?:\[|\{|f)/u.test(text)) return undefined;
  const call =
    /^(?:functools)?\[?\s{0,20}\{\s{0,20}"(?:name|function|tool|tool_name|type)"\s{0,5}:\s{0,5}"[\w.-]{1,64}"\s{0,20},\s{0,20}"(?:parameters|arguments|args|function|name)"\s{0,5}:/u;
  if (call.test(text)) return skip(place, 1, { end: /[\]}](?=[ \t]{0,20}\n\s{0,20}[^\s\]},"])/u, reach: 60 });
  const begun =
    /^(?:f(?:u(?:n(?:c(?:t(?:o(?:o(?:l(?:s\[?)?)?)?)?)?)?)?)?|\[)?\s{0,20}(?:\{\s{0,20}(?:"(?:[a-z_]{0,10}(?:"\s{0,5}(?::\s{0,5}(?:"[\w.-]{0,64}(?:"\s{0,20}(?:,\s{0,20}(?:"[a-z_]{0,10}(?:"\s{0,5})?)?)?)?)?)?)?)?)?)?$/u;
  return begun.test(text) && !final ? 'wait' : undefined;
};
