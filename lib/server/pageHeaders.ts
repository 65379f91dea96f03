import type { IncomingMessage } from 'node:http';
import { hostOf, schemeOf } from './hosts.ts';

/** Headers of every response: browsers must not guess its type, nor give it to pages of another origin. */
export const plainHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Features the page may use: the microphone and a choice of loudspeakers. Browsers know many more features. */
const permissions = [
  'microphone=(self)',
  'speaker-selection=(self)',
  'autoplay=(self)',
  ...[
    'accelerometer',
    'browsing-topics',
    'camera',
    'clipboard-read',
    'clipboard-write',
    'display-capture',
    'encrypted-media',
    'fullscreen',
    'gamepad',
    'geolocation',
    'gyroscope',
    'hid',
    'idle-detection',
    'local-fonts',
    'magnetometer',
    'midi',
    'payment',
    'picture-in-picture',
    'publickey-credentials-get',
    'screen-wake-lock',
    'serial',
    'storage-access',
    'usb',
    'window-management',
    'xr-spatial-tracking',
  ].map(feature => `${feature}=()`),
].join(', ');

/**
 * The headers of the page's files, after OWASP's list of secure headers. `Strict-Transport-Security` is for the proxy that
 * speaks TLS. The page's own WebSocket is named, since not every browser counts it as `'self'`.
 */
export function pageHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const host = hostOf(request);
  const socket = host === undefined ? '' : ` ${schemeOf(request) === 'https' ? 'wss' : 'ws'}://${host}`;
  return {
    ...plainHeaders,
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      'img-src data:',
      `connect-src 'self'${socket}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'permissions-policy': permissions,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'x-frame-options': 'DENY',
    'x-permitted-cross-domain-policies': 'none',
  };
}
