import type { Expectation, Scenario } from './scenario.ts';
import type { SimulationEvent } from './simulate.ts';

/** A line of the caller, and the bot's answer. */
export interface ExchangeHeard {
  readonly caller: string;
  /** The bot's answer, as far as it was heard. */
  readonly bot: string;
  /** From the caller's last voice to the bot's first, ms; nothing if it said nothing. */
  readonly waitMs: number | undefined;
  readonly tools: readonly string[];
  readonly interrupted: boolean;
  /** The stages that failed. */
  readonly failed: readonly string[];
  /** Why, stage by stage. */
  readonly causes: readonly string[];
}

/** A failed expectation. */
export interface Complaint {
  /** The exchange (1, 2, …) that it is about; 0 for the call as a whole. */
  readonly exchange: number;
  /** In a line: the expectation, and the outcome. */
  readonly text: string;
}

type Timed = { readonly at: number; readonly value: SimulationEvent };

/** A simulated call, exchange by exchange. */
export function exchangesOf(values: readonly Timed[]): ExchangeHeard[] {
  const parts: { readonly caller: string; readonly values: Timed[] }[] = [];
  for (const timed of values) {
    if (timed.value.type === 'caller.says') parts.push({ caller: timed.value.text, values: [] });
    else parts.at(-1)?.values.push(timed);
  }
  // A reply that the next line cuts is reported after that began: it belongs to the line it answers.
  return parts.map(({ caller, values: own }, index) => {
    const turns = new Set(own.flatMap(({ value }) => (value.type === 'user.said' ? [value.turn] : [])));
    const all = [...own, ...(parts[index + 1]?.values ?? [])].filter(
      ({ value }) => 'turn' in value && turns.has(value.turn),
    );
    return { caller, ...heardOf(all) };
  });
}

function heardOf(values: readonly Timed[]): Omit<ExchangeHeard, 'caller'> {
  const texts: string[] = [];
  const tools: string[] = [];
  const failed: string[] = [];
  const causes: string[] = [];
  let interrupted = false;
  let silentSince: number | undefined;
  let waitMs: number | undefined;
  for (const { at, value } of values)
    switch (value.type) {
      case 'user.said':
        silentSince = at - value.silenceMs;
        break;
      case 'bot.speaking':
        waitMs ??= silentSince === undefined ? undefined : at - silentSince;
        break;
      case 'bot.tool':
        tools.push(value.name);
        break;
      case 'bot.spoke':
        texts.push(value.text);
        break;
      case 'bot.interrupted':
        interrupted = true;
        texts.push(value.heard);
        break;
      case 'turn.failed':
        failed.push(value.stage);
        causes.push(value.cause instanceof Error ? value.cause.message : String(value.cause));
        texts.push(value.heard);
        break;
    }
  return { bot: texts.filter(Boolean).join(' '), waitMs, tools, interrupted, failed, causes };
}

/** The failed expectations of a simulated call: none, if it passed. */
export function judge(scenario: Scenario, values: readonly Timed[]): Complaint[] {
  const exchanges = exchangesOf(values);
  const complaints: Complaint[] = [];
  const complain = (exchange: number, text: string): unknown => complaints.push({ exchange, text });

  scenario.conversation?.forEach(({ bot, caller }, index) => {
    const heard = exchanges[index];
    if (heard === undefined) complain(index + 1, `“${caller}” was never said: the call ended before`);
    else for (const text of wrongs(heard, bot ?? {})) complain(index + 1, text);
  });
  for (const { withinMs, ...some } of scenario.expect ?? []) {
    if (Object.keys(some).length > 0 && !exchanges.some(heard => wrongs(heard, some).length === 0))
      complain(0, `no answer ${inWords(some)}`);
    if (withinMs !== undefined)
      exchanges.forEach((heard, index) => {
        for (const text of wrongs(heard, { withinMs })) complain(index + 1, text);
      });
  }
  exchanges.forEach(({ bot, failed, causes }, index) => {
    for (const words of scenario.never ?? [])
      if (includes(bot, words)) complain(index + 1, `never expected “${words}”`);
    failed.forEach((stage, nth) => complain(index + 1, `the ${stage} failed: ${causes[nth]}`));
  });
  return complaints;
}

const includes = (text: string, words: string): boolean => text.toLowerCase().includes(words.toLowerCase());

function wrongs({ bot, waitMs, tools, interrupted }: ExchangeHeard, expected: Expectation): string[] {
  const { says, matches, calls, withinMs } = expected;
  return [
    ...(says === undefined || includes(bot, says) ? [] : [`expected to hear “${says}”`]),
    ...(matches === undefined || new RegExp(matches, 'iu').test(bot)
      ? []
      : [`expected what matches /${matches}/`]),
    ...(calls === undefined || tools.includes(calls)
      ? []
      : [`expected the tool ${calls}, called was ${tools.join(', ') || 'none'}`]),
    ...(withinMs === undefined || (waitMs !== undefined && waitMs <= withinMs)
      ? []
      : [`expected an answer within ${withinMs} ms, it took ${waitMs ?? 'forever'}`]),
    ...(expected.interrupted === undefined || expected.interrupted === interrupted
      ? []
      : [`expected it ${expected.interrupted ? 'to be' : 'not to be'} interrupted`]),
  ];
}

const inWords = ({ says, matches, calls, interrupted }: Expectation): string =>
  [
    ...(says === undefined ? [] : [`says “${says}”`]),
    ...(matches === undefined ? [] : [`matches /${matches}/`]),
    ...(calls === undefined ? [] : [`calls the tool ${calls}`]),
    ...(interrupted === undefined ? [] : [`is ${interrupted ? '' : 'not '}interrupted`]),
  ].join(' and ');
