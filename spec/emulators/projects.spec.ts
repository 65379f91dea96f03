import { DeepgramClient, DeepgramError } from '@deepgram/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type DeepgramServer, deepgramServer } from '../../lib/testing/index.ts';

let server: DeepgramServer;
afterEach(() => server.close());
const projectsOf = (apiKey: string) =>
  new DeepgramClient({ apiKey, baseUrl: server.url, maxRetries: 0 }).manage.v1.projects.list();

describe('deepgramServer: projects', () => {
  it('should list the projects of a key that is accepted, as the official SDK reads them', async () => {
    server = await deepgramServer({ key: 'right' });
    expect(await projectsOf('right')).toEqual({
      projects: [{ project_id: expect.stringMatching(/^[\da-f-]{36}$/u) as string, name: 'rxvoice' }],
    });
  });

  it('should refuse another key as the service does', async () => {
    server = await deepgramServer({ key: 'right' });
    const refused = await projectsOf('wrong').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DeepgramError);
    expect(refused).toMatchObject({
      statusCode: 401,
      body: { err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.' },
    });
  });

  it('should have bad days, too', async () => {
    server = await deepgramServer({ faults: [{ fault: '500', on: 'projects' }] });
    expect(await projectsOf('any').catch((error: unknown) => error)).toMatchObject({ statusCode: 500 });
  });
});
