/** A request's body. */
type Body = Readonly<Record<string, unknown>>;

/** A server's refusal of a request. */
interface Refusal {
  readonly status?: number | undefined;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly param?: unknown;
  readonly message?: unknown;
}

/** Fields without which a request is none. */
const needed: ReadonlySet<string> = new Set(['model', 'messages', 'stream', 'tools', 'input', 'voice']);

/** Fields that some servers attach to messages and others refuse. */
const attached =
  /reasoning_content|reasoning_details|extra_content|provider_specific_fields|thought_signature/u;

/** The service can't use reasoning that is sent back: it was made for another model or account, say. */
const lostReasoning = /\brs_\w|encrypted[ _]content .*(?:verif|invalid|decrypt|pars)/iu;

const unknownField =
  /unsupported|not support|unrecogni[sz]ed|unknown|extra|not permitted|unexpected|not allowed/iu;

/** In their order. */
const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/**
 * The fields that a model refuses, learned from its refusals, and the changes of its requests: a field is left out, or
 * takes another value. A field that only goes wrong with tools is only changed with tools.
 */
export class Adjustments {
  readonly #changes = { tools: new Map<string, unknown>(), plain: new Map<string, unknown>() };
  /** Values that were refused, by field. */
  readonly #refused = { tools: new Map<string, Set<unknown>>(), plain: new Map<string, Set<unknown>>() };
  /** Whether data that was attached to messages is sent back. */
  attached = true;
  /** Whether tools may have strict schemas. */
  strict = true;

  /** The body as the model takes it. */
  apply(body: Body): Body {
    const changes = this.#of(body);
    const kept = Object.entries(body).filter(([field]) => !changes.has(field));
    const changed = [...changes].filter(([, value]) => value !== undefined);
    return Object.fromEntries([...kept, ...changed]);
  }

  /**
   * Learns from a refusal of this body, as it was sent. Returns the adjustment in words, or nothing if the refusal
   * names no field that could be changed, or asks for a value that was tried before.
   */
  learn(refusal: Refusal, body: Body): string | undefined {
    const { status, message, param } = refusal;
    if (status !== 400 && status !== 422 && status !== 404) return undefined;
    const words = typeof message === 'string' ? message : '';
    if (this.attached && (attached.test(words) || attached.test(String(param))) && unknownField.test(words)) {
      this.attached = false;
      return 'does not take back what was attached to its messages: it is left out';
    }
    if (this.attached && (refusal.code === 'invalid_encrypted_content' || lostReasoning.test(words))) {
      this.attached = false;
      return 'does not take back its reasoning: it is left out';
    }
    if (this.strict && /invalid schema for function/iu.test(words)) {
      this.strict = false;
      return 'does not take a strict schema of a tool: its tools are not strict';
    }
    const field = fieldOf(refusal, words, body);
    if (field === undefined) return undefined;
    const changes = this.#of(body);
    const next = changeOf(field, words, body, changes);
    const refused = body['tools'] === undefined ? this.#refused.plain : this.#refused.tools;
    refused.set(field, (refused.get(field) ?? new Set()).add(body[field]));
    const isTried = (name: string, value: unknown): boolean =>
      refused.get(name)?.has(value) === true || (changes.has(name) && changes.get(name) === value);
    if ([...next].every(([name, value]) => isTried(name, value))) return undefined;
    for (const [name, value] of next) changes.set(name, value);
    const told = [...next]
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} ${value as string}`);
    return `does not take ${field}${body[field] === undefined ? '' : ` ${shown(body[field])}`}: ${told.length > 0 ? `it gets ${told.join(', ')}` : 'it is left out'}`;
  }

  #of(body: Body): Map<string, unknown> {
    return body['tools'] === undefined ? this.#changes.plain : this.#changes.tools;
  }
}

const shown = (value: unknown): string =>
  typeof value === 'number' || (typeof value === 'string' && value.length < 20) ? String(value) : '';

/** The field that a refusal is about. */
function fieldOf({ param }: Refusal, words: string, body: Body): string | undefined {
  const fields = Object.keys(body).filter(field => !needed.has(field));
  // A model may reason by default.
  if (body['reasoning_effort'] === undefined && body['model'] !== undefined && body['voice'] === undefined)
    fields.push('reasoning_effort');
  const named =
    typeof param === 'string'
      ? param.replace(/^body\./u, '').replace('reasoning.effort', 'reasoning_effort')
      : '';
  const byParam = fields.find(field => named === field || named.startsWith(`${field}.`));
  if (byParam !== undefined || named !== '') return byParam;
  return fields.find(field =>
    new RegExp(
      field.includes('_') ? String.raw`\b${field}\b` : `['"\`]${field}['"\`]|supplied: ${field}\\b`,
      'u',
    ).test(words),
  );
}

/** The request to send instead. */
function changeOf(
  field: string,
  words: string,
  body: Body,
  before: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> {
  const most = /at most (\d+)/u.exec(words)?.[1];
  if (/^max_\w*tokens$/u.test(field) && most !== undefined && Number(most) < Number(body[field]))
    return new Map([[field, Number(most)]]);
  if (field === 'max_tokens' || field === 'max_completion_tokens') {
    const other = field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    const isTried = before.has(other) && before.get(other) === undefined;
    const renames =
      !isTried && !/moved to/u.test(words) && (words.includes(other) || unknownField.test(words));
    return new Map([
      [field, undefined],
      [other, renames ? body[field] : undefined],
    ]);
  }
  if (field === 'reasoning_effort') {
    const given = body[field];
    const wanted = efforts.findIndex(effort => effort === given);
    const far = (effort: string): number => Math.abs(efforts.findIndex(each => each === effort) - wanted);
    const [nearest] = efforts
      .filter(effort => effort !== given && new RegExp(`['"\`]${effort}['"\`]`, 'u').test(words))
      .toSorted((a, b) => far(a) - far(b));
    // "Use the Responses API, or set it to none": the only way here.
    return new Map([[field, nearest ?? (given === undefined ? 'none' : undefined)]]);
  }
  if (field === 'response_format' && body[field] === 'pcm') return new Map([[field, 'wav']]);
  return new Map([[field, undefined]]);
}
