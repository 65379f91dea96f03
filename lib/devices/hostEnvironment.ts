/** Variables that sound systems, loaders and C libraries read, by name or by how the name begins. */
const needed =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|TZ|TMPDIR|TEMP|TMP|AUDIODEV|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|SYSTEMROOT|WINDIR|SYSTEMDRIVE|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA|COMSPEC|PATHEXT|NODE_V8_COVERAGE)$|^(?:LC_|XDG_|PULSE_|ALSA_|PIPEWIRE_|PW_|JACK_|PA_|LD_LIBRARY_|DYLD_)/iu;

/** The environment for a process of foreign code that only plays and records: without the keys of the program's. */
export const hostEnvironment = (variables: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => needed.test(name)));
