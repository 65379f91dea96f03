import { concatMap, defer, map, type Observable, of, takeLast } from 'rxjs';
import { z } from 'zod';
import { RxvoiceError } from '../../errors.ts';
import { descriptionOf } from '../../llm/bot/descriptionOf.ts';
import { type Tool, tool, type ToolContext, type ToolOptions } from '../../llm/tool.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { notePromise } from '../../rx/promiseGuard.ts';
import { isPending, settled } from '../../rx/settled.ts';
import { aiMessages } from './aiMessages.ts';
import { inputSchema } from './inputSchema.ts';

/** A tool of the AI SDK, made by `tool()` or `dynamicTool()`, by its shape. */
export interface AiTool {
  readonly type?: string | undefined;
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  // Methods: a tool that takes an input of its own kind is one, too.
  execute?(input: never, options: never): unknown;
  toModelOutput?(options: never): unknown;
  readonly needsApproval?: unknown;
}

/** Options of {@link aiTools}, for all of the tools. */
export interface AiToolsOptions extends Pick<ToolOptions<z.ZodObject>, 'timeoutMs' | 'onInterrupt'> {
  /**
   * Decides about calls of tools that need an approval (`needsApproval`). Default: none of them runs, and the model
   * reads that the call was not approved.
   */
  readonly approve?: (call: { readonly name: string; readonly input: unknown }) => boolean | Promise<boolean>;
}

/**
 * The tools of an AI SDK program (`ToolSet`) as tools of a conversation. `execute` gets the checked input, and
 * `toolCallId`, `messages` and `abortSignal`; of an async iterable the last value is the result. `toModelOutput` is used.
 *
 * @throws RxvoiceError for a tool without `execute`, or whose schema cannot be described as JSON Schema.
 *
 * @example
 * setup({ stt, llm: aiLlm(model), tools: aiTools({ weather, bookTable }), tts });
 */
export const aiTools = (tools: Readonly<Record<string, AiTool>>, options: AiToolsOptions = {}): Tool[] =>
  Object.entries(tools).map(([name, given]) => toolOf(name, given, options));

function toolOf(name: string, given: AiTool, { approve = () => false, ...options }: AiToolsOptions): Tool {
  const fail = (what: string): never => {
    throw new RxvoiceError(`The tool '${name}' ${what}`);
  };
  if (given.type === 'provider' || given.type === 'provider-defined')
    if (given.execute === undefined)
      fail('is run by the provider. Pass it to aiLlm: aiLlm(model, { providerTools: { … } }).');
  if (typeof given.execute !== 'function')
    fail(`has no execute, but is ${descriptionOf(given)}. Give it one, or leave the tool out.`);
  const { parameters, check } = inputSchema(name, given.inputSchema);
  const executable = given as Executable;
  const { needsApproval } = executable;

  const waited = <Value>(value: Value | PromiseLike<Value>): Observable<Value> => {
    if (isPending(value) || isIterable(value)) notePromise(`the tool '${name}'`);
    return settled(value);
  };
  const run = (input: unknown, signal: AbortSignal, call: ToolContext): Observable<unknown> => {
    const context = {
      toolCallId: call.id,
      messages: aiMessages(call.messages.filter(({ role }) => role !== 'system')),
      abortSignal: signal,
    };
    const isNeeded$ = defer(() =>
      waited(typeof needsApproval === 'function' ? needsApproval(input, context) : needsApproval),
    );
    const output$ = defer(() => {
      const output: unknown = executable.execute(input, context);
      return waited(output).pipe(
        concatMap(value => (isIterable(value) ? fromAbortable(() => value) : of(value))),
        takeLast(1),
        concatMap(output =>
          executable.toModelOutput === undefined
            ? of(output)
            : waited(executable.toModelOutput({ toolCallId: call.id, input, output })).pipe(map(contentOf)),
        ),
      );
    });
    return isNeeded$.pipe(
      concatMap(isNeeded => (isNeeded ? waited(approve({ name, input })) : of(true))),
      concatMap(isApproved => (isApproved ? output$ : of({ error: 'The call was not approved.' }))),
    );
  };

  return {
    ...tool({
      name,
      description: typeof given.description === 'string' ? given.description : '',
      parameters: z.looseObject({}),
      run: (input, { signal, call = { id: '', messages: [] } }) =>
        defer(() => waited(check(input))).pipe(concatMap(checked => run(checked, signal, call))),
      ...options,
    }),
    parameters,
  };
}

/** A tool with `execute`, as it is called. */
interface Executable {
  execute(input: unknown, context: object): unknown;
  toModelOutput?(result: object): unknown;
  readonly needsApproval?: boolean | ((input: unknown, context: object) => boolean | PromiseLike<boolean>);
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The result for the model that `toModelOutput` made: its text or JSON; of a list of parts, the texts. */
function contentOf(output: unknown): unknown {
  if (typeof output !== 'object' || output === null || !('value' in output)) return output;
  const { value } = output;
  if (!Array.isArray(value)) return value;
  const texts = (value as readonly { readonly text?: unknown }[]).map(({ text }) => text);
  return texts.filter(text => typeof text === 'string').join('\n');
}
