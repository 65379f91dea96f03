import { Observable } from 'rxjs';

/**
 * The keys that are pressed in the terminal, one at a time, while it is subscribed; none where the input is no terminal.
 * Special keys (arrows, function keys) are left out. Ctrl-C is the key `\x03` then, and no signal.
 */
export const keyPresses = (stdin: NodeJS.ReadStream = process.stdin): Observable<string> =>
  new Observable(subscriber => {
    if (!stdin.isTTY) return undefined;
    const onData = (chunk: Buffer | string): void => {
      const keys = chunk.toString();
      if (keys.startsWith('\u001B')) return;
      for (const key of keys) subscriber.next(key);
    };
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
    return () => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
    };
  });
