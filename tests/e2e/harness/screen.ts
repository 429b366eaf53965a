import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

const pictures = fileURLToPath(new URL('../output/screens/', import.meta.url));
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What a finger must be able to hit, in CSS pixels. */
const targetPx = 48;

/** Beside the small phone that everything runs on: a larger phone, a computer. */
const otherSizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

/**
 * No WCAG violation, and at every size nothing that sticks out and nothing too small for a
 * finger; pictures go to `output/screens/<name>.png` and `<name>-<width>.png`.
 */
export async function expectSoundScreen(page: Page, name: string): Promise<void> {
  await expectNoAxeViolations(page);
  await atEverySize(page, async (width, other) => {
    const path = `${pictures}${name}${other ? `-${width}` : ''}.png`;
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    const small = await page.evaluate(smallTargets, targetPx);
    expect(small, `too small for a finger at ${width} px`).toEqual([]);
    const { high, window } = await page.evaluate(() => ({
      high: document.documentElement.scrollHeight,
      window: document.documentElement.clientHeight,
    }));
    expect(high, `the window scrolls beside the page at ${width} px`).toBe(window);
  });
}

/** No scrolling to the side at any size; `also` looks at more while the page has that size. */
export async function atEverySize(
  page: Page,
  also?: (width: number, other: boolean) => Promise<void>,
): Promise<void> {
  const usual = page.viewportSize()!;
  for (const size of [usual, ...otherSizes]) {
    await page.setViewportSize(size);
    await also?.(size.width, size !== usual);
    const found = await page.evaluate(stickingOut, size.width);
    expect(found, `sticks out at ${size.width} px`).toEqual([]);
  }
  await page.setViewportSize(usual);
}

/** WCAG 2.2 AA in the present state of the page. */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: tags,
      resultTypes: ['violations'],
    });
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    }));
  }, wcag);
  expect(violations).toEqual([]);
}

/** Runs in the page. A scroller hides what is too wide for it, so every element is asked. */
function stickingOut(wide: number): string[] {
  const field = (element: Element) => /^(INPUT|TEXTAREA)$/.test(element.tagName);
  const found: string[] = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > wide) found.push(`the window is ${scrollWidth} px wide`);
  for (const element of document.body.querySelectorAll('*')) {
    const { left, right, width } = element.getBoundingClientRect();
    const cut = element.scrollWidth > element.clientWidth && element.clientWidth > 1;
    const scrolls = cut && getComputedStyle(element).overflowX !== 'visible' && !field(element);
    if (width > 1 && (left < -0.5 || right > wide + 0.5 || scrolls)) {
      found.push(`${element.tagName} ${element.className}: ${element.textContent?.slice(0, 40)}`);
    }
  }
  return found;
}

/** Runs in the page. */
function smallTargets(least: number): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll('a, button, input, select, textarea, summary')) {
    const target = element.closest('label') ?? element;
    const { width, height } = target.getBoundingClientRect();
    if (width > 0 && Math.min(width, height) < least - 0.5) {
      found.push(`${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 90)}`);
    }
  }
  return found;
}
