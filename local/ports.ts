/** Where the stack listens, loopback only; 0 = any free port. */
export type Ports = { readonly gateway: number; readonly front: number; readonly inbox: number; readonly devApi: number };

/** Four ports in a row from the base; 0 takes any four that are free. */
export function portsFrom(base: number): Ports {
  if (!Number.isInteger(base) || base < 0 || base > 65_532)
    throw new RangeError(`--port ${base}: a port is a whole number from 0 to 65532`);
  const port = (offset: number) => (base === 0 ? 0 : base + offset);
  return { gateway: port(0), front: port(1), inbox: port(2), devApi: port(3) };
}
