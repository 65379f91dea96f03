import { describe, expect, it } from 'vitest';
import * as ai from '../lib/providers/ai/index.ts';
import * as devices from '../lib/devices/index.ts';
import * as deepgram from '../lib/providers/deepgram/index.ts';
import * as local from '../lib/providers/local/index.ts';
import * as audio from '../lib/audio/index.ts';
import * as main from '../lib/index.ts';
import * as node from '../lib/node/index.ts';
import * as operators from '../lib/operators.ts';
import * as mcp from '../lib/providers/mcp/index.ts';
import * as openai from '../lib/providers/openai/index.ts';
import * as server from '../lib/server/index.ts';
import * as testing from '../lib/testing/index.ts';

/** The public names. One more or less is a decision, and belongs in the changelog. */
describe('the public names', () => {
  it.each([
    ['rxvoice', main],
    ['rxvoice/operators', operators],
    ['rxvoice/audio', audio],
    ['rxvoice/node', node],
    ['rxvoice/devices', devices],
    ['rxvoice/ai', ai],
    ['rxvoice/deepgram', deepgram],
    ['rxvoice/local', local],
    ['rxvoice/mcp', mcp],
    ['rxvoice/openai', openai],
    ['rxvoice/server', server],
    ['rxvoice/testing', testing],
  ])('should be those of %s', (_, module) => {
    expect(Object.keys(module).sort()).toMatchSnapshot();
  });
});
