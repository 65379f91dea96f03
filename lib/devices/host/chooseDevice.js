/**
 * The device of this name, exactly or as the only one whose name contains it; the default one when none is named. Throws
 * where there is none, for a name that means none an error with `unknownName`.
 *
 * @template {{ readonly name: string, readonly isDefault: boolean }} Device
 * @param {readonly Device[]} devices
 * @param {string | undefined} wanted
 * @returns {Device}
 */
export function chooseDevice(devices, wanted) {
  if (devices.length === 0) throw new Error('there is no such device on this machine');
  if (wanted === undefined) return /** @type {Device} */ (devices.find(it => it.isDefault) ?? devices[0]);
  const exact = devices.find(({ name }) => name === wanted);
  if (exact) return exact;
  const similar = devices.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  if (similar.length === 1) return /** @type {Device} */ (similar[0]);
  const names = devices.map(({ name }) => `"${name}"`).join(', ');
  throw Object.assign(
    new Error(
      `${similar.length === 0 ? 'no' : 'more than one'} device is called "${wanted}"; there are ${names}`,
    ),
    { unknownName: true },
  );
}
