import type { Connection } from '../loopback/connection.ts';
import type { Reply } from '../loopback/reply.ts';

/**
 * `GET /v1/projects`: the projects of a key, which is the cheapest way to find out whether it is accepted. Here every
 * key has one. Source of its shape: `ListProjectsV1Response` of the official SDK.
 */
export const projects = ({ requestId }: Pick<Connection, 'requestId'>): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'dg-request-id': requestId },
  body: JSON.stringify({
    projects: [{ project_id: '00000000-0000-4000-8000-000000000001', name: 'rxvoice' }],
  }),
});
