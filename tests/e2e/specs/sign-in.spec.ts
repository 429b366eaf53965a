import { expect, fillSignIn, test } from '../harness/fixtures.ts';

/** Mutation: answer 200 to a wrong password, or let a sign-in field lose its label. */
test('a wrong password is refused with a sentence, the right one opens the app @screen', async ({
  page,
  open,
  signedIn,
  look,
}) => {
  await open('/');
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible();
  await look('sign-in');

  await fillSignIn(page, 'worker', 'not-the-password');
  await expect(page.getByRole('alert')).toContainText('密码');
  await look('sign-in-refused');

  await signedIn('worker');
  await expect(page.getByRole('link', { name: '记分', exact: true })).toBeVisible();
});

/** Mutation: forget where the person was going. */
test('signing in leads to the page that was asked for', async ({ page, open }) => {
  await open('/ranking');
  await fillSignIn(page, 'worker', 'long-tang-2026');
  await expect(page.getByRole('heading', { name: '排名' })).toBeVisible();
  await expect(page).toHaveURL(/\/ranking$/);
});
