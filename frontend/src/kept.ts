/** What this phone keeps for itself. Storage may be refused (private windows): then nothing is kept. */
export function kept<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(`hujifen.${key}`) ?? 'null') as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(`hujifen.${key}`, JSON.stringify(value));
  } catch {
    // The screen works without it.
  }
}
