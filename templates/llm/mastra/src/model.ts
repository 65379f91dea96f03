import { Agent } from '@mastra/core/agent';
import type { VoiceConfig } from 'rxvoice';
import { agentLlm } from './agentLlm.ts';
import { standIn } from './standIn.ts';

const agent = () =>
  new Agent({
    id: 'baker',
    name: 'Baker',
    instructions: 'You answer the phone of a small bakery.',
    model: 'openai/gpt-6-luna',
  });

/** The bot: an agent of Mastra, with its own tools, if the key of its model is set, else a stand-in that needs none. */
export const llm: VoiceConfig['llm'] = process.env['OPENAI_API_KEY'] ? agentLlm(agent()) : standIn;
