import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatOpenAI } from '@langchain/openai';
import type { VoiceConfig } from 'rxvoice';
import { langchainLlm } from './langchainLlm.ts';
import { standIn } from './standIn.ts';

const model = (): BaseChatModel => new ChatOpenAI({ model: 'gpt-6-luna' });

/** The model: one of LangChain if its key is set, else a stand-in that needs none. */
export const llm: VoiceConfig['llm'] = process.env['OPENAI_API_KEY'] ? langchainLlm(model()) : standIn;
