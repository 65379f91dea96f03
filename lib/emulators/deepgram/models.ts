import type { Connection } from '../loopback/connection.ts';
import type { Reply } from '../loopback/reply.ts';
import { voiceUuid } from './voiceUuid.ts';

const listening = [
  'nova-3-general',
  'nova-3-medical',
  'nova-2-general',
  'flux-general-en',
  'flux-general-multi',
];
const speaking = ['aura-2-thalia-en', 'aura-2-orion-en', 'flux-alexis-en', 'flux-haley-en'];

/**
 * `GET /v1/models` and `/v1/projects/{id}/models`: some of the service's models. Source of its shape:
 * `ListModelsV1Response` of the official SDK.
 */
export const models = ({ requestId }: Pick<Connection, 'requestId'>): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'dg-request-id': requestId },
  body: JSON.stringify({
    stt: listening.map(canonical_name => ({
      name: canonical_name.replace(/^(?:nova-\d|flux)-/u, ''),
      canonical_name,
      architecture: /^nova-\d|^flux/u.exec(canonical_name)![0],
      languages: ['en'],
      version: '2026-01-01.0',
      uuid: voiceUuid,
      batch: !canonical_name.startsWith('flux'),
      streaming: true,
      formatted_output: true,
    })),
    tts: speaking.map(canonical_name => ({
      name: canonical_name.split('-').at(-2),
      canonical_name,
      architecture: canonical_name.startsWith('flux') ? 'flux' : 'aura-2',
      languages: ['en'],
      version: '2026-01-01.0',
      uuid: voiceUuid,
      metadata: { accent: 'American', tags: [] },
    })),
  }),
});
