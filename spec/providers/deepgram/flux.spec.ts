import { describe, expect, it } from 'vitest';
import { flux } from '../../../lib/providers/deepgram/flux.ts';
import type { SdkSocket } from '../../../lib/providers/deepgram/openSocket.ts';

/** A dialect of Flux, and the messages that its socket is sent. */
const dialect = () => {
  const sent: string[] = [];
  const note = ({ type }: { readonly type: string }): unknown => sent.push(type);
  const socket = {
    connect: () => undefined,
    close: () => undefined,
    sendForceEndTurn: note,
    sendCloseStream: note,
  } as SdkSocket;
  return { ...flux({ model: 'flux-general-en' }), socket, sent };
};
const unparsable = {
  type: 'Error',
  code: 'UNPARSABLE_CLIENT_MESSAGE',
  description: 'It could not be parsed.',
};

describe('the messages of Flux', () => {
  it('should pass a warning on as one, and go on', () => {
    const { problem } = dialect();
    expect(problem?.({ type: 'Warning', code: 'SLOW', description: 'It is slow.' })).toBe(
      'Deepgram warns: It is slow.',
    );
    expect(problem?.({ type: 'Warning', code: 'SLOW' })).toMatch(/SLOW/);
    expect(problem?.({ type: 'TurnInfo' })).toBeUndefined();
  });

  it('should not warn where the service has ended the turn a moment before the program did', () => {
    const { problem } = dialect();
    const warning = {
      type: 'Warning',
      code: 'FORCE_END_TURN_NO_ACTIVE_TURN',
      description: 'No active turn.',
    };
    expect(problem?.(warning)).toBeUndefined();
  });

  it('should ask for ForceEndTurn no more where the project has no right to it, and go on', () => {
    const { endTurn, problem, socket, sent } = dialect();
    endTurn?.(socket);
    expect(sent).toEqual(['ForceEndTurn']);
    expect(problem?.(unparsable)).toMatchObject({
      message: expect.stringMatching(/does not take ForceEndTurn/) as string,
      retryable: true,
    });
    endTurn?.(socket);
    expect(sent).toEqual(['ForceEndTurn']);
    // The next time it is about something else.
    expect(problem?.(unparsable)).toMatchObject({ retryable: false });
  });

  it('should not take any error for that of ForceEndTurn', () => {
    const { endTurn, problem, socket, sent } = dialect();
    expect(problem?.(unparsable)).toMatchObject({ retryable: false });
    endTurn?.(socket);
    expect(problem?.({ type: 'Error', code: 'INTERNAL_SERVER_ERROR' })).toMatchObject({ retryable: true });
    endTurn?.(socket);
    expect(sent).toEqual(['ForceEndTurn', 'ForceEndTurn']);
  });
});
