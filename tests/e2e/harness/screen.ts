import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

const pictures = fileURLToPath(new URL('../output/screens/', import.meta.url));
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What a finger must be able to hit, in CSS pixels. */
const targetPx = 48;

/**
 * No WCAG violation, nothing that sticks out, nothing too small for a finger; a picture
 * goes to `output/screens/<name>.png`.
 */
export async function expectSoundScreen(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: true, animations: 'disabled' });
  await expectNoAxeViolations(page);
  expect(await page.evaluate(stickingOut), 'sticks out').toEqual([]);
  expect(await page.evaluate(smallTargets, targetPx), 'too small for a finger').toEqual([]);
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
function stickingOut(): string[] {
  const wide = document.documentElement.clientWidth;
  const field = (element: Element) => /^(INPUT|TEXTAREA)$/.test(element.tagName);
  const found: string[] = [];
  const { scrollHeight, clientHeight } = document.documentElement;
  if (scrollHeight > clientHeight) found.push('the window scrolls beside the page');
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
