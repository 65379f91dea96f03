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
    expect(problem?.({ type: 'Warning', code: 'NO_ACTIVE_TURN', description: 'There is no turn.' })).toBe(
      'Deepgram warns: There is no turn.',
    );
    expect(problem?.({ type: 'Warning', code: 'NO_ACTIVE_TURN' })).toMatch(/NO_ACTIVE_TURN/);
    expect(problem?.({ type: 'TurnInfo' })).toBeUndefined();
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
