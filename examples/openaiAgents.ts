import { type Agent, type AgentInputItem, assistant, run, user } from '@openai/agents';
import { llmFrom } from 'rxvoice';

export const agentLlm = (agent: Agent) =>
  llmFrom((messages, { signal }) =>
    run(
      agent, // its instructions are the system prompt
      messages.flatMap(({ role, content }): AgentInputItem[] => {
        if (role === 'user') return [user(content)];
        return role === 'assistant' && content !== '' ? [assistant(content)] : [];
      }),
      { stream: true, signal },
    ),
  );
