import { expect, test } from '../harness/fixtures.ts';
import { atEverySize, expectNoAxeViolations } from '../harness/screen.ts';

/** Mutation: leave out the language, the title or the headings of a table; let a long name widen the page. */
test('the description of the API can be read by everybody, at every size', async ({ page }) => {
  await page.goto('/api/docs');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectNoAxeViolations(page);
  await atEverySize(page);
});
