/** Door plates: what stands on them, and who lives behind them. */
import { api } from '../api';
import type { Household, List } from '../api/types';

/** The code in what was typed or scanned: alone, or as the end of a plate's address. */
export function codeIn(text: string): string | null {
  return /(?:^|\/d\/)([a-hjkmnp-z2-9]{13})\/?$/.exec(text.trim())?.[1] ?? null;
}

export async function behind(code: string): Promise<Household[]> {
  return (await api.get<List<Household>>(`/plates/${encodeURIComponent(code)}/households`)).items;
}

interface Detector {
  detect(picture: ImageBitmap): Promise<{ rawValue: string }[]>;
}
interface Detectors {
  new (how: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}
const detectors = () => (globalThis as { BarcodeDetector?: Detectors }).BarcodeDetector;

/** Whether this phone reads such codes by itself. */
export async function reads(): Promise<boolean> {
  return !!(
    await detectors()
      ?.getSupportedFormats()
      .catch(() => null)
  )?.includes('qr_code');
}

/** The plate's code on a picture that was just taken; null when there is none to be read. */
export async function codeOn(picture: Blob): Promise<string | null> {
  const detector = new (detectors()!)({ formats: ['qr_code'] });
  const found = await detector.detect(await createImageBitmap(picture));
  return found.map((one) => codeIn(one.rawValue)).find((code) => code !== null) ?? null;
}
