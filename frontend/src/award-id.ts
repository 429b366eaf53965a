/**
 * Ids of awards, made on the phone before the first try (UUIDv7). The same award pressed again
 * after a failed try goes out under the same id, so the server counts it once.
 */
let lastMs = 0;
let counter = 0;

/** UUIDv7; ids made within one millisecond, or after the clock went back, still sort in order. */
export function uuidV7(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = crypto.getRandomValues(new Uint16Array(1))[0]! & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  const tail = crypto.getRandomValues(new Uint8Array(8));
  tail[0] = (tail[0]! & 0x3f) | 0x80;
  const hex =
    lastMs.toString(16).padStart(12, '0') +
    (0x7000 | counter).toString(16) +
    Array.from(tail, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Remembers which id a body was first tried with, until it is answered. */
export class AwardIds {
  #tried = new Map<string, string>();

  idFor(body: object): string {
    const key = JSON.stringify(body);
    const id = this.#tried.get(key) ?? uuidV7();
    this.#tried.set(key, id);
    return id;
  }

  /** The server has answered for good: the same body pressed later is a new award. */
  answered(id: string): void {
    for (const [key, tried] of this.#tried) if (tried === id) this.#tried.delete(key);
  }
}
