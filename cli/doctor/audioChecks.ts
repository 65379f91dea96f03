import {
  catchError,
  concat,
  defer,
  filter,
  ignoreElements,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  reduce,
  startWith,
} from 'rxjs';
import { take, tap, throwIfEmpty, timeout, toArray } from 'rxjs';
import { level } from '../../lib/audio/index.ts';
import {
  AudioBackendError,
  audioBackends,
  audioDevices,
  type BackendReport,
  microphone,
  speaker,
} from '../../lib/devices/index.ts';
import { RxvoiceError } from '../../lib/index.ts';
import type { TalkOptions } from '../configuration/talkOptions.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** How long the microphone is listened to, in frames of 20 ms, and how long it may take to open, ms. */
const [listenMs, openMs] = [1_500, 5_000];

/**
 * Whether sound works: which backends and devices there are, and the level at the microphone. `onLevel` receives
 * the level while it is measured.
 */
export const audioChecks = (
  { inputDevice, outputDevice }: TalkOptions,
  onLevel: (level: number) => void = () => undefined,
): Observable<Check> =>
  defer(() => {
    let works = false;
    const backend$ = audioBackends().pipe(
      // All of them first: one that fails is nothing to worry about when another works.
      toArray(),
      tap(reports => (works = reports.some(report => !('error' in report)))),
      mergeMap(reports => reports.map(report => backendCheck(report, works))),
    );
    return concat(
      backend$,
      defer(() =>
        works
          ? concat(
              devicesCheck('microphone', inputDevice).pipe(opened(levelCheck(inputDevice, onLevel))),
              devicesCheck('speaker', outputDevice).pipe(opened(speakerCheck(outputDevice))),
            )
          : of(
              fail(
                'sound',
                'no backend works: rxvoice talk has no microphone',
                'Do what one of the lines above says; a server needs none: --no-audio',
              ),
            ),
      ),
    );
  });

/** A backend that isn't needed, because another works, is nothing to worry about. */
function backendCheck(report: BackendReport, another: boolean): Check {
  const what = `sound by ${report.backend}`;
  if (!('error' in report)) return ok(what, `${report.devices.length} devices`);
  const found = reasonOf(report.error);
  return another ? ok(what, `${found}, and not needed`) : warn(what, found, report.error.cure);
}

/** An error of a backend without its name and its fix. */
const reasonOf = ({ message, backend, cure }: AudioBackendError): string =>
  message
    .replace(`${backend}: `, '')
    .replace(cure, '')
    .replace(/\.\s*$/u, '')
    .trim();

/**
 * A device that is listed is found only when it opens: some backends can't list devices. `check$` opens it; it emits
 * a failure, or further results.
 */
const opened =
  (check$: Observable<Check>): MonoTypeOperatorFunction<Check> =>
  listed$ =>
    listed$.pipe(
      mergeMap(listed =>
        listed.state === 'ok'
          ? check$.pipe(startWith(listed), toArray(), mergeMap(withoutRefuted))
          : of(listed),
      ),
    );

/** A device that can't be opened is no device, whatever the list says. */
const withoutRefuted = (checks: readonly Check[]): readonly Check[] =>
  checks.filter(({ state }) => state === 'fail').length > 0 ? checks.slice(1) : checks;

const devicesCheck = (kind: 'microphone' | 'speaker', wanted: string | undefined): Observable<Check> => {
  const noun = kind === 'microphone' ? 'microphone' : 'loudspeaker';
  return audioDevices().pipe(
    map(({ devices }) => {
      const names = devices.filter(device => device.kind === kind);
      const one = wanted === undefined ? names.find(({ isDefault }) => isDefault) : matching(names, wanted);
      if (one)
        return ok(noun, `${one.name} (${wanted === undefined ? 'default' : 'chosen'}), of ${names.length}`);
      return wanted === undefined
        ? fail(
            noun,
            names.length === 0 ? 'there is none' : 'none is the default',
            'Connect one, or choose one: rxvoice devices lists them',
          )
        : fail(
            noun,
            `there is no "${wanted}"`,
            `There are: ${names.map(({ name }) => name).join(', ') || 'none'}`,
          );
    }),
    catchError((cause: unknown) => of(broken(noun, cause))),
  );
};

const matching = <Named extends { readonly name: string }>(
  all: readonly Named[],
  wanted: string,
): Named | undefined =>
  all.find(({ name }) => name === wanted) ??
  all.find(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));

const levelCheck = (device: string | undefined, onLevel: (level: number) => void): Observable<Check> =>
  microphone({ device }).pipe(
    timeout({ first: openMs }),
    take(listenMs / 20),
    map(level),
    tap(onLevel),
    reduce((loudest, now) => Math.max(loudest, now), 0),
    throwIfEmpty(),
    map(loudest =>
      loudest === 0
        ? warn(
            'level',
            'the microphone gives no sound at all',
            'Is it muted, or is this terminal not allowed to use it?',
          )
        : ok('level', `${Math.round(20 * Math.log10(loudest))} dB at the loudest in ${listenMs / 1000} s`),
    ),
    catchError((cause: unknown) => of(broken('microphone', cause))),
  );

/** Opens the loudspeaker, and plays nothing. */
const speakerCheck = (device: string | undefined): Observable<Check> =>
  speaker({ device }).warm$.pipe(
    filter(({ progress }) => progress === 1),
    timeout({ first: openMs }),
    take(1),
    ignoreElements(),
    catchError((cause: unknown) => of(broken('loudspeaker', cause))),
  );

const broken = (what: string, cause: unknown): Check => {
  if (!(cause instanceof AudioBackendError))
    return fail(
      what,
      RxvoiceError.is(cause) ? cause.message : `the ${what} does not open`,
      'Is it in use by another program? rxvoice devices lists others',
    );
  // A backend that is not installed is no news where another was tried.
  const tried = cause.attempts.filter(({ code }) => code !== 'not-installed');
  const reasons = (tried.length > 0 ? tried : [cause]).map(reasonOf).join('; ');
  return fail(what, `can't be opened: ${reasons}`, cause.cure);
};
